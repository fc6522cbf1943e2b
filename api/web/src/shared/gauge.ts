// The mark of the map, as an element: a disc that is filled from below.

import { h } from "./dom";

export function gauge(fillLevel: number | null, trust: "good" | "doubtful" | "none"): HTMLElement {
  const level = Math.max(0, fillLevel ?? 0);
  const step = fillLevel === null ? "none" : String(Math.min(4, Math.floor(level * 4)));
  const sign = trust === "none" ? "–" : trust === "doubtful" ? "?" : level >= 1 ? "!" : null;
  return h("span", { class: `gauge ${trust}`, "data-level": step, "aria-hidden": "true", "--level": Math.min(1, level) }, h("span", {}, sign));
}
