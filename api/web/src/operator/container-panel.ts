// One container: how full, how far to trust that, why it is visited or skipped, and the last four weeks.

import { h, icon, replace } from "../shared/dom";
import { ago, count, moment, share } from "../shared/format";
import { gauge } from "../shared/gauge";
import { get } from "../shared/http";
import { t, type Key } from "../shared/page";
import type { ContainerFeature, Emptying, JudgedEmptying, Observation } from "../shared/resources";
import { onThemeChange } from "../shared/theme";
import { emptyingsList, marks } from "./emptyings";
import { HistoryChart } from "./history-chart";
import { trust, type State, type Store } from "./state";
import { VisitRequests } from "./visit-requests";

const WEEKS_MS = 28 * 86_400_000;

export class ContainerPanel {
  private shown: number | null = null;
  private chart: HistoryChart | null = null;
  private readonly chartPlace = h("div", { class: "chart" });
  private readonly emptyingsPlace = h("div");
  private readonly facts = h("div");
  private opener: HTMLElement | null = null;
  private readonly visits: VisitRequests;

  constructor(
    private readonly store: Store,
    private readonly element: HTMLElement,
    private readonly rest: HTMLElement,
    private readonly onOpened: (container: ContainerFeature) => void,
  ) {
    this.visits = new VisitRequests(store, () => this.draw(store.state));
    store.watch(["selectedContainer", "containers", "visitRequests"], (state) => this.draw(state));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    onThemeChange(() => this.chart?.redraw());
  }

  private close(): void {
    this.store.set({ selectedContainer: null });
    this.opener?.focus();
  }

  private draw(state: State): void {
    const container = state.containers.find((each) => each.id === state.selectedContainer);
    if (container === undefined) {
      if (this.shown !== null) {
        this.shown = null;
        this.element.hidden = true;
        this.rest.hidden = false;
      }
      return;
    }
    if (this.shown !== container.id) {
      this.shown = container.id;
      if (document.activeElement instanceof HTMLElement && this.rest.contains(document.activeElement)) this.opener = document.activeElement;
      this.open(container);
      this.onOpened(container);
    }
    const focused = document.activeElement?.id;
    replace(this.facts, ...this.describe(container), this.visits.section(container.id, state), this.neighbours(container, state));
    if (focused) document.getElementById(focused)?.focus();
  }

  private open(container: ContainerFeature): void {
    const { code, address, fraction, capacityL } = container.properties;
    const heading = h("h2", { tabindex: "-1" }, address || code);
    this.rest.hidden = true;
    this.element.hidden = false;
    this.chart?.destroy();
    this.chart = null;
    replace(this.chartPlace, h("p", { class: "quiet" }, t("chart.loading")));
    replace(this.emptyingsPlace);
    replace(
      this.element,
      h("button", { type: "button", class: "plain back", onclick: () => this.close() }, icon("back"), t("container.back")),
      heading,
      h("p", { class: "quiet" }, `${code} · ${t(`fraction.${fraction}`)} · ${t("container.capacity", { litres: count(capacityL) })}`),
      this.facts,
      h("section", {}, h("h3", {}, t("chart.title")), this.chartPlace),
      this.emptyingsPlace,
    );
    heading.focus({ preventScroll: true });
    this.element.parentElement?.scrollTo({ top: 0 });
    void this.loadHistory(container);
  }

  private describe(container: ContainerFeature): HTMLElement[] {
    const { fillLevel, observedAt, quality, stale, decision, sensorDeviceId, sensorHealth, sensorTrust, missedPickupAt } = container.properties;
    const kind = trust(container);
    const doubt = quality !== null && quality !== "good" ? t(`quality.${quality}` as Key) : stale ? t("quality.stale") : null;
    const level = h(
      "div",
      { class: "level" },
      gauge(fillLevel, kind),
      h(
        "div",
        {},
        h("p", { class: "big" }, fillLevel === null ? t("level.none") : t("level.full", { share: share(fillLevel) })),
        h("p", { class: "quiet" }, observedAt === null ? (sensorDeviceId === null ? t("level.noSensor") : t("level.silent")) : h("time", { datetime: observedAt, title: moment(observedAt) }, t("level.measured", { ago: ago(observedAt) }))),
      ),
    );
    const parts: HTMLElement[] = [level];
    if (doubt !== null && fillLevel !== null) parts.push(h("p", { class: "notice" }, icon("alert"), doubt));
    if (missedPickupAt !== null) parts.push(h("p", { class: "notice" }, icon("alert"), t("attention.missed", { moment: moment(missedPickupAt) })));
    if (sensorHealth !== null) {
      const trusted = sensorTrust === null ? "" : ` ${t("health.trust", { share: share(sensorTrust) })}`;
      parts.push(h("p", { class: sensorHealth === "healthy" ? "quiet" : "notice" }, t(`health.${sensorHealth}` as Key) + trusted));
    }
    if (decision !== null) {
      const facts: [Key, string | null][] = [
        ["decision.forecast", decision.fillLevel === null ? null : share(decision.fillLevel)],
        ["decision.growth", decision.growthPerDay === null ? null : t("decision.growthValue", { share: share(decision.growthPerDay) })],
        ["decision.risk", decision.overflowRisk === null ? null : riskWords(decision.overflowRisk)],
        ["decision.next", decision.nextChanceAt === null ? null : moment(decision.nextChanceAt)],
      ];
      parts.push(
        h(
          "section",
          { class: `verdict ${decision.visited ? "visited" : "skipped"}` },
          h("h3", {}, icon(decision.visited ? "truck" : "skip"), decision.visited ? t("decision.why.visited") : t("decision.why.skipped")),
          h("p", {}, decision.explanation),
          h("dl", { class: "facts" }, ...facts.filter(([, value]) => value !== null).flatMap(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value ?? "")])),
          decision.routeId !== null && h("a", { href: `/routes/${decision.routeId}` }, t("decision.route"), icon("forward")),
        ),
      );
    }
    return parts;
  }

  /** The other containers of the site. */
  private neighbours(container: ContainerFeature, state: State): HTMLElement | null {
    const others = state.containers.filter((each) => each.properties.siteId === container.properties.siteId && each.id !== container.id);
    if (others.length === 0) return null;
    const chips = others.map((each) => {
      const { code, fillLevel, fraction } = each.properties;
      const choose = (): void => this.store.set({ selectedContainer: each.id });
      return h("button", { id: `neighbour-${each.id}`, type: "button", class: "chip", title: code, onclick: choose }, gauge(fillLevel, trust(each)), t(`fraction.${fraction}`));
    });
    return h("div", {}, h("h3", {}, t("container.neighbours")), h("div", { class: "chips" }, ...chips));
  }

  private async loadHistory(container: ContainerFeature): Promise<void> {
    const startAt = new Date(Date.now() - WEEKS_MS).toISOString();
    try {
      const [observations, emptyings, judged] = await Promise.all([
        get<{ observations: Observation[] }>(`/v1/containers/${container.id}/observations?observedProperty=fillLevel&startAt=${startAt}&limit=5000`),
        get<{ emptyings: Emptying[] }>(`/v1/emptyings?containerId=${container.id}&since=${startAt}`),
        get<{ judgedEmptyings: JudgedEmptying[] }>(`/v1/judged-emptyings?containerId=${container.id}&since=${startAt}`),
      ]);
      if (this.shown !== container.id) return;
      replace(this.emptyingsPlace, emptyingsList(judged.judgedEmptyings));
      if (observations.observations.length === 0) replace(this.chartPlace, h("p", { class: "quiet" }, t("chart.empty")));
      else this.chart = new HistoryChart(this.chartPlace, observations.observations, marks(emptyings.emptyings, judged.judgedEmptyings), container.properties.fullnessThreshold);
    } catch (error) {
      if (this.shown === container.id) replace(this.chartPlace, h("p", { class: "notice bad" }, icon("alert"), (error as Error).message));
    }
  }
}

function riskWords(risk: number): string {
  if (risk < 0.01) return t("decision.riskSmall", { share: share(0.01) });
  return risk > 0.99 ? t("decision.riskLarge", { share: share(0.99) }) : share(risk);
}
