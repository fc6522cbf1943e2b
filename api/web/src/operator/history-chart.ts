// Four weeks of fill levels: good readings as a line, suspect ones as crosses, emptyings as ticks on the axis.

import uPlot from "uplot";
import { palette } from "../map/town-map";
import { h, replace } from "../shared/dom";
import { share } from "../shared/format";
import { page, t } from "../shared/page";
import type { Emptying, Observation } from "../shared/resources";

const HEIGHT = 170;
/** A gap of more than this many seconds breaks the line: nobody knows what was in between. */
const GAP_S = 12 * 3600;

export class HistoryChart {
  private plot: uPlot | null = null;
  private readonly resizing: ResizeObserver;

  constructor(
    private readonly element: HTMLElement,
    private readonly observations: readonly Observation[],
    private readonly emptyings: readonly Emptying[],
    private readonly threshold: number,
  ) {
    this.redraw();
    this.resizing = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT }));
    this.resizing.observe(element);
  }

  destroy(): void {
    this.resizing.disconnect();
    this.plot?.destroy();
  }

  redraw(): void {
    this.plot?.destroy();
    const suspects = this.observations.filter((each) => each.quality !== "good").length;
    const emptied = this.emptyings.filter((each) => each.withdrawnAt === null).length;
    const words = [
      t("chart.good", { count: this.observations.length - suspects }),
      suspects > 0 ? t("chart.suspect", { count: suspects }) : null,
      emptied > 0 ? t("chart.emptied", { count: emptied }) : null,
      t("chart.threshold"),
    ]
      .filter((each) => each !== null)
      .join(", ");
    const place = h("div", { role: "img", "aria-label": words });
    replace(this.element, place, h("p", { class: "quiet small" }, words));
    this.plot = new uPlot(this.options(), this.data(), place);
  }

  private width(): number {
    return Math.max(200, this.element.clientWidth);
  }

  private data(): uPlot.AlignedData {
    const times: number[] = [];
    const good: (number | null)[] = [];
    const suspect: (number | null)[] = [];
    let lastGood: number | null = null;
    for (const each of this.observations) {
      const time = new Date(each.phenomenonAt).getTime() / 1000;
      const isGood = each.quality === "good";
      if (isGood && lastGood !== null && time - lastGood > GAP_S) {
        times.push(lastGood + 1);
        good.push(null);
        suspect.push(null);
      }
      if (isGood) lastGood = time;
      times.push(time);
      good.push(isGood ? each.result : undefined as unknown as null);
      suspect.push(isGood ? null : each.result);
    }
    const order = times.map((_, index) => index).sort((a, b) => (times[a] as number) - (times[b] as number));
    return [order.map((i) => times[i] as number), order.map((i) => good[i] as number | null), order.map((i) => suspect[i] as number | null)];
  }

  private options(): uPlot.Options {
    const colours = palette();
    const styles = getComputedStyle(this.element);
    const line = colours.levels[2];
    const axis = { stroke: styles.color, grid: { stroke: colours.casing, width: 1 }, ticks: { show: false }, font: `12px ${styles.fontFamily}` };
    const days = new Intl.DateTimeFormat(page.locale, { day: "numeric", month: "short", timeZone: page.timeZone });
    return {
      width: this.width(),
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 6, 0, 0],
      scales: { x: { time: true }, y: { range: (_, __, max) => [0, Math.max(1.05, Math.min(1.5, max))] } },
      axes: [
        { ...axis, grid: { show: false }, space: 60, size: 26, gap: 6, values: (_, splits) => splits.map((each) => days.format(new Date(each * 1000))) },
        { ...axis, size: 44, splits: () => [0, 0.5, 1], values: (_, splits) => splits.map(share) },
      ],
      series: [
        {},
        { stroke: line, width: 1.75, fill: `${line}22`, points: { show: false } },
        { paths: () => null, points: { show: true, size: 6, stroke: colours.levels[4], fill: "transparent", width: 1.5 } },
      ],
      hooks: { draw: [(plot) => this.marks(plot)] },
    };
  }

  private marks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const colours = palette();
    ctx.save();
    ctx.strokeStyle = colours.outline;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    const y = plot.valToPos(this.threshold, "y", true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colours.selection;
    for (const each of this.emptyings) {
      if (each.withdrawnAt !== null) continue;
      const x = plot.valToPos(new Date(each.emptiedAt).getTime() / 1000, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      const size = 5 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x - size, bbox.top);
      ctx.lineTo(x + size, bbox.top);
      ctx.lineTo(x, bbox.top + 1.6 * size);
      ctx.fill();
    }
    ctx.restore();
  }
}
