// The next stop, large, and the button for the thumb.

import { h, icon, replace } from "../shared/dom";
import { metres, share, time } from "../shared/format";
import { gauge } from "../shared/gauge";
import { t } from "../shared/page";
import type { Way } from "./directions";
import { trust, type Task } from "./progress";

export interface NextCardActions {
  onEmptied: (task: Task, observedFillLevel: number | null) => void;
  /** The container could not be emptied. */
  onComeBack: (task: Task) => void;
  onDisposed: (task: Task) => void;
}

/** What a driver sees before emptying, in quarters and beyond full. */
const LEVELS: readonly { value: number; sign: string; key: "seen.empty" | "seen.quarter" | "seen.half" | "seen.threeQuarters" | "seen.full" | "seen.over" }[] = [
  { value: 0, sign: "0", key: "seen.empty" },
  { value: 0.25, sign: "¼", key: "seen.quarter" },
  { value: 0.5, sign: "½", key: "seen.half" },
  { value: 0.75, sign: "¾", key: "seen.threeQuarters" },
  { value: 1, sign: "1", key: "seen.full" },
  { value: 1.25, sign: "1+", key: "seen.over" },
];

/** With a number and its unit kept on one line. */
function unbroken(sentence: string): string {
  return sentence.replace(/(\d) (k?m)\b/g, "$1\u00a0$2");
}

export class NextCard {
  private shown: string | null = null;
  private seen: number | null = null;
  /** Apart from the rest: directions may come while a level is being chosen. */
  private readonly way = h("div", { class: "way", hidden: true });
  private shownWay: number | null = null;
  private wayOpen = false;

  constructor(
    private readonly card: HTMLElement,
    private readonly bar: HTMLElement,
    private readonly actions: NextCardActions,
  ) {}

  draw(task: Task | null, here: number, mayDrive: boolean, gpx: string): void {
    const key = `${task?.step.sequence ?? "end"}/${mayDrive}/${here}`;
    if (key === this.shown) return;
    this.shown = key;
    this.seen = null;
    if (task === null) {
      replace(this.card, h("div", { class: "finished" }, icon("check"), h("h2", {}, t("driver.finished")), h("p", { class: "quiet" }, t("driver.finishedWords"))), this.way);
      replace(this.bar);
      this.bar.hidden = true;
      return;
    }
    replace(this.card, ...this.words(task, here), this.way, task.step.kind !== "break" && this.links(task, gpx), mayDrive && task.step.container !== null && this.comeBack(task));
    this.bar.hidden = !mayDrive;
    replace(this.bar, ...(mayDrive ? this.buttons(task) : []));
  }

  /** Whether the list is open stays from stop to stop. */
  drawWay(way: Way | null): void {
    if ((way?.toSequence ?? null) === this.shownWay) return;
    this.shownWay = way?.toSequence ?? null;
    this.way.hidden = way === null;
    if (way === null) {
      replace(this.way);
      return;
    }
    const details = h(
      "details",
      { open: this.wayOpen, ontoggle: () => { this.wayOpen = details.open; } },
      h("summary", {}, icon("map"), h("span", {}, t("driver.way")), h("span", { class: "quiet" }, metres(way.distanceM)), icon("chevron")),
      h("ol", {}, ...way.instructions.map((each) => h("li", {}, unbroken(each.text)))),
    );
    replace(this.way, details);
  }

  private words(task: Task, here: number): HTMLElement[] {
    if (task.step.kind === "break") return this.pause(task);
    return task.step.kind === "disposal" ? this.disposal(task) : this.emptying(task, here);
  }

  private emptying(task: Task, here: number): HTMLElement[] {
    const { step } = task;
    const container = step.container;
    if (container === null) return [];
    const level = container.expectedFillLevel;
    return [
      h("p", { class: "next-head" }, h("span", { class: "number" }, String(task.number)), t("driver.nextAt", { time: time(step.arrivesAt) }), here > 1 && h("span", { class: "here" }, t("driver.here", { count: here }))),
      h("h2", { id: "next-title" }, step.name),
      h("p", { class: "next-what" }, h("span", { class: `fraction ${container.fraction}` }, t(`fraction.${container.fraction}`)), h("span", { class: "code" }, container.code)),
      h(
        "div",
        { class: "next-level" },
        gauge(level, trust(step)),
        h("p", {}, h("strong", {}, level === null ? t("driver.levelUnknown") : t("driver.level", { share: share(level) })), h("br"), h("span", { class: "quiet" }, container.explanation ?? "")),
      ),
    ];
  }

  private disposal(task: Task): HTMLElement[] {
    return [
      h("p", { class: "next-head" }, icon("disposal"), t("driver.nextAt", { time: time(task.step.arrivesAt) })),
      h("h2", { id: "next-title" }, task.step.name),
      h("p", {}, t("driver.disposalWords")),
    ];
  }

  private pause(task: Task): HTMLElement[] {
    const minutes = Math.round(task.step.serviceS / 60);
    return [
      h("p", { class: "next-head" }, icon("pause"), t("driver.breakAt", { time: time(task.step.arrivesAt) })),
      h("h2", { id: "next-title" }, t("driver.break")),
      h("p", { class: "next-what" }, task.step.name),
      h("p", {}, t("driver.breakWords", { minutes })),
    ];
  }

  private links(task: Task, gpx: string): HTMLElement {
    const [lon, lat] = task.step.position.coordinates;
    const label = encodeURIComponent(task.step.name);
    return h(
      "p",
      { class: "next-links" },
      h("a", { class: "plain", href: `geo:${lat},${lon}?q=${lat},${lon}(${label})` }, icon("navigate"), t("driver.navigate")),
      h("a", { class: "plain", href: gpx, download: "" }, icon("download"), t("driver.gpx")),
    );
  }

  /** Away from the thumb: it is seldom needed. */
  private comeBack(task: Task): HTMLElement {
    return h("button", { id: "come-back", class: "plain", type: "button", onclick: () => this.actions.onComeBack(task) }, icon("clock"), t("driver.comeBack"));
  }

  private buttons(task: Task): HTMLElement[] {
    if (task.step.container === null) {
      const words = task.step.kind === "break" ? t("driver.breakDone") : t("driver.disposed");
      return [h("button", { id: "disposed", class: "primary huge", type: "button", onclick: () => this.actions.onDisposed(task) }, icon("check"), words)];
    }
    const choices = LEVELS.map(({ value, sign, key }) => {
      const input = h("input", { type: "radio", name: "seen", value, "aria-label": t(key), onclick: () => this.choose(input, value) });
      return h("label", { title: t(key) }, input, h("span", {}, sign));
    });
    return [
      h("fieldset", { class: "seen" }, h("legend", {}, t("driver.seen")), h("div", { class: "seen-levels" }, ...choices)),
      h("button", { id: "emptied", class: "primary huge", type: "button", onclick: () => this.actions.onEmptied(task, this.seen) }, icon("check"), t("driver.emptied")),
    ];
  }

  /** A second tap on the same level takes the choice back: saying nothing is an answer too. */
  private choose(input: HTMLInputElement, value: number): void {
    if (this.seen === value) {
      input.checked = false;
      this.seen = null;
    } else {
      this.seen = value;
    }
  }
}
