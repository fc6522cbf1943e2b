// A small map: the route, its stops, and the next one.

import { LngLatBounds } from "maplibre-gl";
import { gaugeName } from "../map/gauge";
import { collection, palette, TownMap } from "../map/town-map";
import { t } from "../shared/page";
import type { Route } from "../shared/resources";
import { trust, type Task } from "./progress";

export class RouteMap {
  private readonly town: TownMap;
  private ready = false;
  private latest: { tasks: readonly Task[]; next: Task | null } | null = null;
  private centredOn: number | null = null;

  constructor(
    element: HTMLElement,
    private readonly route: Route,
    onChosen: (sequence: number) => void,
  ) {
    this.town = new TownMap({
      container: element,
      label: t("driver.map"),
      compactAttribution: true,
      buttons: innerWidth >= 800,
      onReady: () => {
        this.ready = true;
        this.fit();
        this.drawRoute();
        if (this.latest !== null) this.draw(this.latest.tasks, this.latest.next);
      },
      onTheme: () => {
        this.drawRoute();
        if (this.latest !== null) this.draw(this.latest.tasks, this.latest.next);
      },
    });
    this.town.map.on("click", "container", (event) => {
      const id = event.features?.[0]?.id;
      if (typeof id === "number") onChosen(id);
    });
  }

  draw(tasks: readonly Task[], next: Task | null): void {
    this.latest = { tasks, next };
    if (!this.ready) return;
    const colour = palette().trucks[0];
    const features = tasks.map((task): GeoJSON.Feature => {
      const level = task.step.container?.expectedFillLevel ?? null;
      return {
        type: "Feature",
        id: task.step.sequence,
        geometry: task.step.position,
        properties: { fillLevel: level, trust: trust(task.step), gauge: gaugeName(level, trust(task.step)), visited: !task.done, colour, dimmed: task.done, ...(task.number > 0 ? { stop: task.number } : {}) },
      };
    });
    this.town.show("containers", collection(features.filter((_, index) => tasks[index]?.step.kind === "emptying")));
    this.town.show("selection", collection(next === null ? [] : [{ type: "Feature", geometry: next.step.position, properties: {} }]));
    if (next !== null && next.step.sequence !== this.centredOn) {
      const [lon, lat] = next.step.position.coordinates;
      const first = this.centredOn === null;
      this.centredOn = next.step.sequence;
      this.town.map.easeTo({ center: [lon, lat], zoom: Math.max(this.town.map.getZoom(), 15.6), duration: first ? 0 : 700 });
    }
  }

  private drawRoute(): void {
    const colour = palette().trucks[0];
    this.town.show("routes", collection([{ type: "Feature", geometry: this.route.geometry, properties: { colour, lane: 0, dimmed: false } }]));
    const places = this.route.steps
      .filter((step) => step.kind === "start" || step.kind === "disposal")
      .map((step): GeoJSON.Feature => ({ type: "Feature", geometry: step.position, properties: { name: step.name } }));
    this.town.show("places", collection(places));
  }

  private fit(): void {
    const bounds = new LngLatBounds();
    for (const [lon, lat] of this.route.geometry.coordinates) bounds.extend([lon, lat]);
    if (!bounds.isEmpty()) this.town.map.fitBounds(bounds, { padding: 30, duration: 0, maxZoom: 16 });
  }
}
