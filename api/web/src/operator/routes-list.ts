// The plan's routes, each with its truck's colour and the way to the driver's page.

import { truckColour } from "../map/palette";
import { palette } from "../map/town-map";
import { h, icon, replace } from "../shared/dom";
import { duration, km, time } from "../shared/format";
import { t } from "../shared/page";
import type { RouteSummary } from "../shared/resources";
import { onThemeChange } from "../shared/theme";
import type { State, Store } from "./state";

export function startRoutesList(store: Store, element: HTMLElement, onChosen: (route: RouteSummary | null) => void): void {
  const draw = (state: State): void => {
    const focused = document.activeElement?.id;
    if (state.routes.length === 0) {
      replace(element);
      return;
    }
    const items = state.routes.map((route, index) => {
      const chosen = route.id === state.selectedRoute;
      const choose = (): void => {
        store.set({ selectedRoute: chosen ? null : route.id });
        onChosen(chosen ? null : route);
      };
      return h(
        "li",
        { class: chosen ? "chosen" : null },
        h(
          "button",
          { id: `route-${route.id}`, class: "route", type: "button", "aria-pressed": String(chosen), onclick: choose },
          h("span", { class: "stripe", "--swatch": truckColour(palette(), index) }),
          h("span", { class: "route-words" }, h("strong", {}, route.vehicle.name), h("span", { class: "quiet" }, `${time(route.startsAt)}–${time(route.endsAt)} · ${duration(route.durationS)}`)),
          h("span", { class: "route-numbers" }, h("strong", {}, t("route.stops", { count: route.stops })), h("span", { class: "quiet" }, km(route.distanceM))),
        ),
        // A shadow plan has no driver.
        state.plan?.shadow !== true && h("a", { class: "round", href: `/routes/${route.id}`, "aria-label": t("route.open", { vehicle: route.vehicle.name }), title: t("route.openShort") }, icon("phone")),
      );
    });
    replace(element, h("h2", {}, t("route.title", { count: state.routes.length })), h("ul", { class: "routes" }, ...items));
    if (focused) document.getElementById(focused)?.focus();
  };
  store.watch(["routes", "selectedRoute", "plan"], draw);
  onThemeChange(() => draw(store.state));
}
