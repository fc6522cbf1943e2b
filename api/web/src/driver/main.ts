// The driver's page: the next stop, the button "Emptied", all stops, and reports that survive a dead network.

import { byId, h, icon, replace } from "../shared/dom";
import { get } from "../shared/http";
import { newId } from "../shared/identifier";
import { embedded, t } from "../shared/page";
import type { Route } from "../shared/resources";
import { startThemeSwitch } from "../shared/theme";
import { stayAwake } from "./awake";
import { Directions } from "./directions";
import { afterSent, KeptRoute } from "./kept-route";
import { NextCard } from "./next-card";
import { Outbox, type Message } from "./outbox";
import { isEmptied, nextTask, tasks, type Task } from "./progress";
import { RouteMap } from "./route-map";
import { drawStopList } from "./stop-list";
import { Toast } from "./toast";

const REFRESH_MS = 20_000;

const routeId = embedded<Route>("route").id;
const kept = new KeptRoute(routeId);
let route = kept.newer(embedded<Route>("route"));
let chosen: number | null = null;
let away = false;

const disposedKey = `halfvol.disposed.${routeId}`;
const disposed = new Set<number>(JSON.parse(localStorage.getItem(disposedKey) ?? "[]") as number[]);

startThemeSwitch();
stayAwake();
const outbox = new Outbox(draw, (entry) => {
  route = afterSent(route, entry);
  kept.keep(route);
  void refresh();
});
const directions = new Directions(routeId);
const toast = new Toast(byId("toast"));
const map = new RouteMap(byId("map"), route, (sequence) => choose(sequence));
const card = new NextCard(byId("next"), byId("thumb"), { onEmptied: emptied, onComeBack: comeBack, onDisposed: dispose });

function emptied(task: Task, observedFillLevel: number | null): void {
  const { container } = task.step;
  if (container === null) return;
  const report = { containerId: container.id, emptiedAt: new Date().toISOString(), observedFillLevel, routeId: route.id };
  tell({ resource: "emptyings", id: newId(), report }, t("driver.toast", { name: task.step.name }));
}

function comeBack(task: Task): void {
  const { container } = task.step;
  if (container === null) return;
  const report = { containerId: container.id, kind: "driver", requestedAt: new Date().toISOString(), note: "", routeId: route.id } as const;
  tell({ resource: "visit-requests", id: newId(), report }, t("driver.toastComesBack", { name: task.step.name }));
}

function tell(message: Message, words: string): void {
  chosen = null;
  outbox.report(message);
  toast.show(words, () => outbox.withdraw(message));
  navigator.vibrate?.(40);
}

function dispose(task: Task): void {
  setDisposed(task, true);
  chosen = null;
  toast.show(t("driver.toastDisposed"), () => setDisposed(task, false));
}

function setDisposed(task: Task, done: boolean): void {
  if (done) disposed.add(task.step.sequence);
  else disposed.delete(task.step.sequence);
  localStorage.setItem(disposedKey, JSON.stringify([...disposed]));
  draw();
}

function undo(task: Task): void {
  if (task.told !== null) outbox.withdraw(task.told);
  else setDisposed(task, false);
}

function choose(sequence: number): void {
  chosen = sequence;
  draw();
  scrollTo({ top: 0, behavior: "smooth" });
}

function draw(): void {
  const all = tasks(route, outbox.waiting, disposed);
  const next = nextTask(all, chosen);
  const mayDrive = route.planStatus === "approved" && !route.planSuperseded;
  const here = next === null ? 0 : all.filter((task) => !task.done && task.step.kind === "emptying" && task.step.position.coordinates.join() === next.step.position.coordinates.join()).length;
  card.draw(next, here, mayDrive, `/v1/routes/${route.id}/gpx`);
  const target = next?.step ?? route.steps.at(-1);
  card.drawWay(target === undefined ? null : directions.to(target, route, all));
  drawStopList(byId("stops"), all, next, mayDrive, { onChosen: (task) => choose(task.step.sequence), onUndo: undo });
  map.draw(all, next);
  drawProgress(all);
  drawNotices();
  drawConnection();
}

function drawProgress(all: readonly Task[]): void {
  const stops = all.filter((task) => task.number > 0);
  const done = stops.filter(isEmptied).length;
  const bar = h("progress", { max: Math.max(1, stops.length), value: done, "aria-label": t("driver.progressLabel") });
  replace(byId("progress"), bar, h("span", {}, t("driver.progress", { done, all: stops.length })));
}

function drawNotices(): void {
  const notices: HTMLElement[] = [];
  const toMap = h("a", { href: `/?date=${route.planDate}` }, t("driver.toPlan"));
  if (route.planSuperseded) notices.push(h("p", { class: "notice bad", role: "alert" }, icon("alert"), h("span", {}, t("driver.superseded"), " ", toMap)));
  else if (route.planStatus === "proposed") notices.push(h("p", { class: "notice", role: "status" }, icon("clock"), h("span", {}, t("driver.proposed"), " ", toMap)));
  else if (route.planStatus === "rejected") notices.push(h("p", { class: "notice bad", role: "alert" }, icon("cross"), h("span", {}, t("driver.rejected"), " ", toMap)));
  const { refused } = outbox;
  if (refused.length > 0) {
    const why = refused.map((entry) => h("li", {}, entry.why));
    notices.push(h("div", { class: "notice bad", role: "alert" }, icon("alert"), h("div", {}, t("driver.refused", { count: refused.length }), h("ul", {}, ...why)), h("button", { type: "button", class: "plain", onclick: () => outbox.forgetRefused() }, t("driver.understood"))));
  }
  const place = byId("notices");
  // The same words again would be read out again.
  const words = notices.map((each) => each.textContent).join("\n");
  if (place.dataset["words"] === words) return;
  place.dataset["words"] = words;
  replace(place, ...notices);
}

function drawConnection(): void {
  const waiting = outbox.waiting.length;
  const place = byId("connection");
  const offline = away || !navigator.onLine;
  const words = waiting > 0 ? t("driver.waiting", { count: waiting }) : offline ? t("driver.offline") : t("driver.sent");
  if (place.textContent === words) return;
  place.className = waiting > 0 || offline ? "connection waiting" : "connection";
  replace(place, icon(waiting > 0 || offline ? "cloud" : "check"), words);
}

async function refresh(): Promise<void> {
  try {
    route = await get<Route>(`/v1/routes/${route.id}`);
    kept.keep(route);
    away = false;
  } catch {
    away = true;
  }
  draw();
  if (await directions.load()) draw();
}

draw();
setInterval(() => {
  if (document.visibilityState === "visible") void refresh();
}, REFRESH_MS);
addEventListener("online", () => void refresh());
addEventListener("offline", drawConnection);
void refresh();
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/service-worker.js", { scope: "/routes/" }).catch(() => undefined);
