// The operator's page: the town with its fill levels, the plan of a date, and why.

import { byId, h, icon, replace } from "../shared/dom";
import { time } from "../shared/format";
import { get } from "../shared/http";
import { page, t } from "../shared/page";
import type { ContainerCollection, PlanSummary, RouteSummary, VisitRequest } from "../shared/resources";
import { startThemeSwitch } from "../shared/theme";
import { startContainerList } from "./container-list";
import { ContainerPanel } from "./container-panel";
import { startLegend } from "./legend";
import { MapView } from "./map-view";
import { PlanPanel } from "./plan-panel";
import { startRoutesList } from "./routes-list";
import { Sheet } from "./sheet";
import { Store } from "./state";

const REFRESH_MS = 20_000;

const store = new Store({
  date: document.body.dataset["date"] ?? page.today,
  plan: undefined,
  routes: [],
  containers: [],
  visitRequests: [],
  updatedAt: null,
  failure: null,
  fractions: new Set(["residual", "paper", "glass", "plastics", "organic", "textile"]),
  show: "all",
  query: "",
  selectedContainer: null,
  selectedRoute: null,
});

async function refresh(): Promise<void> {
  const { date, plan: before } = store.state;
  try {
    const [plans, containers, requests] = await Promise.all([
      get<{ plans: PlanSummary[] }>(`/v1/plans?date=${date}`),
      get<ContainerCollection>(`/v1/containers?planDate=${date}`),
      get<{ visitRequests: VisitRequest[] }>("/v1/visit-requests"),
    ]);
    if (store.state.date !== date) return;
    const plan = plans.plans[0] ?? null;
    if (plan === null) store.set({ routes: [] });
    else if (plan.id !== before?.id) store.set({ routes: (await get<{ routes: RouteSummary[] }>(`/v1/plans/${plan.id}/routes`)).routes });
    const same = before != null && plan !== null && JSON.stringify(before) === JSON.stringify(plan);
    store.set({ plan: same ? before : plan, containers: containers.features, visitRequests: requests.visitRequests, updatedAt: new Date(), failure: null });
  } catch (error) {
    store.set({ failure: (error as Error).message });
  }
}

startThemeSwitch();
const view = new MapView(store, byId("map"));
const sheet = new Sheet(byId("panel"), byId("sheet-handle"));
new PlanPanel(store, byId("plan"), refresh);
startRoutesList(store, byId("routes"), (route) => view.fit(route === null ? store.state.routes : [route]));
startContainerList(store, byId("containers"));
new ContainerPanel(store, byId("container"), byId("overview"), (container) => {
  sheet.reveal();
  view.goTo(container);
});
startLegend(byId("legend"));

store.watch(["updatedAt", "failure", "containers"], ({ updatedAt, failure, containers }) => {
  const element = byId("freshness");
  element.classList.toggle("bad", failure !== null);
  if (failure !== null) {
    replace(element, icon("alert"), h("span", {}, updatedAt === null ? failure : t("status.away", { time: time(updatedAt) })), h("button", { type: "button", class: "plain", onclick: () => void refresh() }, t("status.retry")));
  } else if (updatedAt === null) {
    replace(element, t("status.loading"));
  } else {
    replace(element, h("span", { class: "pulse", "aria-hidden": "true" }), containers.length === 0 ? t("status.noContainers") : t("status.updated", { time: time(updatedAt) }));
  }
});

void refresh();
setInterval(() => {
  if (document.visibilityState === "visible") void refresh();
}, REFRESH_MS);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void refresh();
});
