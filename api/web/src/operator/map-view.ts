// Puts the state on the map: containers by fill level, routes by truck, the selection.

import { LngLatBounds, Popup } from "maplibre-gl";
import { gaugeName } from "../map/gauge";
import { truckColour } from "../map/palette";
import { collection, palette, TownMap } from "../map/town-map";
import { h } from "../shared/dom";
import { share } from "../shared/format";
import { page, t } from "../shared/page";
import type { ContainerFeature, RouteSummary } from "../shared/resources";
import { isShown, trust, type State, type Store } from "./state";

const CLOSE_ZOOM = 15.5;
const EDGE = 28;

export class MapView {
  private readonly town: TownMap;
  private readonly hint = new Popup({ closeButton: false, closeOnClick: false, offset: 14, className: "hint" });

  constructor(private readonly store: Store, element: HTMLElement) {
    this.town = new TownMap({
      container: element,
      label: t("map.label"),
      compactAttribution: innerWidth < 800,
      onReady: () => this.start(),
      onTheme: () => {
        this.drawRoutes(this.store.state);
        this.drawContainers(this.store.state);
      },
    });
    this.leaveRoom();
    this.town.map.on("resize", () => this.leaveRoom());
  }

  /** Moves to a container. */
  goTo(container: ContainerFeature): void {
    const [lon, lat] = container.geometry.coordinates;
    const { map } = this.town;
    map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), CLOSE_ZOOM), duration: 600 });
  }

  fit(routes: readonly RouteSummary[]): void {
    const bounds = new LngLatBounds();
    for (const route of routes) for (const [lon, lat] of route.geometry.coordinates) bounds.extend([lon, lat]);
    if (!bounds.isEmpty()) this.town.map.fitBounds(bounds, { padding: 20, duration: 600, maxZoom: 16 });
  }

  /** Every later move leaves room at the edges, and for the sheet that covers the lower half of a phone. */
  private leaveRoom(): void {
    const sheet = innerWidth < 800 ? Math.round(innerHeight * 0.47) : 0;
    this.town.map.setPadding({ top: EDGE, left: EDGE, right: EDGE, bottom: EDGE + sheet });
  }

  private start(): void {
    const { map } = this.town;
    const [west, south, east, north] = page.municipality.bounds;
    // Whoever has chosen a container before the map was there stays with it.
    if (this.store.state.selectedContainer === null) map.fitBounds([west, south, east, north], { duration: 0 });
    this.store.watch(["containers", "fractions", "show", "query", "routes", "selectedRoute"], (state) => this.drawContainers(state));
    this.store.watch(["routes", "selectedRoute"], (state) => this.drawRoutes(state));
    this.store.watch(["selectedContainer", "containers"], (state) => this.drawSelection(state));
    for (const layer of ["container", "container-gauge"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => {
        map.getCanvas().style.cursor = "";
        this.hint.remove();
      });
    }
    map.on("mousemove", "container", (event) => {
      const found = this.containerAt(event.features?.[0]?.id);
      if (found === undefined) return;
      const { code, fillLevel, address } = found.properties;
      const level = fillLevel === null ? t("level.none") : share(fillLevel);
      this.hint.setLngLat(found.geometry.coordinates).setDOMContent(h("div", {}, h("strong", {}, `${code} · ${level}`), h("br"), address)).addTo(map);
    });
    map.on("click", (event) => {
      // A finger is wider than a point: whatever lies within 8 pixels counts.
      const { x, y } = event.point;
      const hits = map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: ["container"] });
      const found = [...new Set(hits.map((hit) => hit.id as number))].sort((a, b) => a - b);
      // Containers of one site lie on top of each other: clicking again goes on to the next.
      const position = found.indexOf(this.store.state.selectedContainer ?? -1);
      this.store.set({ selectedContainer: found[(position + 1) % found.length] ?? null });
    });
  }

  private containerAt(id: string | number | undefined): ContainerFeature | undefined {
    return this.store.state.containers.find((each) => each.id === id);
  }

  private colours(state: State): Map<number, string> {
    return new Map(state.routes.map((route, index) => [route.id, truckColour(palette(), index)]));
  }

  private drawContainers(state: State): void {
    const colours = this.colours(state);
    const filtered = state.query.trim() !== "" || state.show !== "all";
    const features = state.containers
      .filter((each) => state.fractions.has(each.properties.fraction))
      .map((each): GeoJSON.Feature => {
        const { fillLevel, decision } = each.properties;
        const route = decision?.routeId ?? null;
        return {
          type: "Feature",
          id: each.id,
          geometry: each.geometry,
          properties: {
            fillLevel,
            trust: trust(each),
            gauge: gaugeName(fillLevel, trust(each)),
            visited: decision?.visited === true,
            colour: (route === null ? undefined : colours.get(route)) ?? palette().outline,
            dimmed: (filtered && !isShown(each, state)) || (state.selectedRoute !== null && route !== state.selectedRoute),
            ...(decision?.sequence == null ? {} : { stop: decision.sequence }),
          },
        };
      });
    this.town.show("containers", collection(features));
  }

  private drawRoutes(state: State): void {
    const colours = this.colours(state);
    this.town.show(
      "routes",
      collection(
        state.routes.map((route, index) => ({
          type: "Feature",
          id: route.id,
          geometry: route.geometry,
          properties: { colour: colours.get(route.id) ?? "", lane: index - (state.routes.length - 1) / 2, dimmed: state.selectedRoute !== null && state.selectedRoute !== route.id },
        })),
      ),
    );
    const starts = new Map(
      state.routes.flatMap((route) => {
        const first = route.geometry.coordinates[0];
        return first === undefined ? [] : [[first.join(), first] as const];
      }),
    );
    this.town.show(
      "places",
      collection([...starts.values()].map((coordinates) => ({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { name: t("map.depot") } }))),
    );
  }

  private drawSelection(state: State): void {
    const found = this.containerAt(state.selectedContainer ?? undefined);
    this.town.show("selection", collection(found === undefined ? [] : [{ type: "Feature", geometry: found.geometry, properties: {} }]));
  }
}
