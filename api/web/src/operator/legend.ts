// The key to the map's colours and marks, in the colours of the current theme.

import { palette } from "../map/town-map";
import { h, icon, replace } from "../shared/dom";
import { t } from "../shared/page";
import { onThemeChange } from "../shared/theme";

export function startLegend(element: HTMLElement): void {
  const draw = (): void => {
    const { levels } = palette();
    const labels = ["0–25", "25–50", "50–75", "75–100", "100+"];
    const steps = levels.map((colour, index) =>
      h("li", {}, h("span", { class: "swatch", "--swatch": colour }), labels[index]),
    );
    const marks = h(
      "ul",
      { class: "marks" },
      h("li", {}, h("span", { class: "mark visited" }), t("legend.visited")),
      h("li", {}, h("span", { class: "mark doubtful" }, "?"), t("legend.doubtful")),
      h("li", {}, h("span", { class: "mark none" }, "–"), t("legend.none")),
    );
    const details = h("details", innerWidth >= 800 ? { open: true } : {}, h("summary", {}, t("legend.title"), icon("chevron")), h("ul", { class: "ramp" }, ...steps), marks);
    replace(element, details);
  };
  draw();
  onThemeChange(draw);
}
