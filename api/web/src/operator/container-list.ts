// Search and filters, and the containers that they leave, fullest first.

import { h, icon, replace } from "../shared/dom";
import { count, share } from "../shared/format";
import { gauge } from "../shared/gauge";
import { t } from "../shared/page";
import type { ContainerFeature, Fraction } from "../shared/resources";
import { byConcern, concern } from "./attention";
import { isShown, trust, type Show, type State, type Store } from "./state";

const FRACTIONS: readonly Fraction[] = ["residual", "paper", "glass", "plastics", "organic", "textile"];
const SHOWS: readonly Show[] = ["all", "visited", "skipped", "full", "doubtful", "attention"];
const LISTED = 40;

export function startContainerList(store: Store, element: HTMLElement): void {
  const search = h("input", {
    id: "search", type: "search", placeholder: t("search.placeholder"), "aria-label": t("search.label"), autocomplete: "off",
    oninput: (event) => store.set({ query: (event.target as HTMLInputElement).value }),
  });
  const chips = h("div", { class: "chips", role: "group", "aria-label": t("search.fractions") });
  const shows = h("div", { class: "chips", role: "group", "aria-label": t("search.show") });
  const found = h("p", { class: "quiet small", role: "status" });
  const list = h("ul", { class: "containers" });
  replace(element, h("h2", {}, t("search.title")), h("div", { class: "search" }, icon("search"), search), shows, chips, found, list);

  store.watch(["fractions", "containers"], (state) => drawFractions(state));
  store.watch(["show", "containers"], (state) => {
    const focused = [...shows.children].indexOf(document.activeElement as Element);
    const concerns = state.containers.filter((each) => concern(each) !== null).length;
    replace(
      shows,
      ...SHOWS.map((show) => {
        const words = show === "attention" && concerns > 0 ? `${t("show.attention")} (${count(concerns)})` : t(`show.${show}`);
        return h("button", { type: "button", class: "chip", "aria-pressed": String(state.show === show), onclick: () => keepFocus(shows, () => store.set({ show })) }, words);
      }),
    );
    (shows.children[focused] as HTMLElement | undefined)?.focus();
  });
  store.watch(["containers", "fractions", "show", "query"], drawList);

  function drawFractions(state: State): void {
    const present = FRACTIONS.filter((fraction) => state.containers.some((each) => each.properties.fraction === fraction));
    replace(
      chips,
      ...(present.length < 2 ? [] : present).map((fraction) => {
        const on = state.fractions.has(fraction);
        const toggle = (): void => {
          const next = new Set(state.fractions);
          if (on) next.delete(fraction);
          else next.add(fraction);
          keepFocus(chips, () => store.set({ fractions: next }));
        };
        return h("button", { type: "button", class: "chip", "aria-pressed": String(on), onclick: toggle }, on && icon("check"), t(`fraction.${fraction}`));
      }),
    );
  }

  function drawList(state: State): void {
    const byLevel = (a: ContainerFeature, b: ContainerFeature): number => (b.properties.fillLevel ?? -1) - (a.properties.fillLevel ?? -1);
    const shown = state.containers.filter((each) => isShown(each, state)).sort(state.show === "attention" ? byConcern : byLevel);
    found.textContent = state.containers.length === 0 ? "" : t("search.found", { count: shown.length, all: state.containers.length });
    const rows = shown.slice(0, LISTED).map((each) => row(each, store, state.show === "attention" ? concern(each)?.words : undefined));
    if (state.containers.length > 0 && shown.length === 0) rows.push(h("li", { class: "quiet" }, t("search.nothing")));
    if (shown.length > LISTED) rows.push(h("li", { class: "quiet small" }, t("search.more", { rest: count(shown.length - LISTED) })));
    replace(list, ...rows);
  }
}

function keepFocus(group: HTMLElement, change: () => void): void {
  const index = [...group.children].indexOf(document.activeElement as Element);
  change();
  (group.children[index] as HTMLElement | undefined)?.focus();
}

/** `why`: in place of the code and the fraction. */
function row(container: ContainerFeature, store: Store, why: string | undefined): HTMLLIElement {
  const { code, address, fillLevel, fraction, decision } = container.properties;
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", onclick: () => store.set({ selectedContainer: container.id }) },
      gauge(fillLevel, trust(container)),
      h("span", { class: "container-words" }, h("strong", {}, address || code), h("span", { class: why === undefined ? "quiet" : "quiet why" }, why ?? `${code} · ${t(`fraction.${fraction}`)}`)),
      h("span", { class: "container-level" }, h("strong", {}, fillLevel === null ? "–" : share(fillLevel)), decision && h("span", { class: "quiet" }, decision.visited ? t("decision.visited") : t("decision.skipped"))),
    ),
  );
}
