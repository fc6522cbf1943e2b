// Four weeks of fill levels: good readings as a line (freed of drift), what was probably there behind suspect ones as
// a dashed line, suspect readings as circles, emptyings as marks at the top.

import uPlot from "uplot";
import { palette } from "../map/town-map";
import { h, replace } from "../shared/dom";
import { share } from "../shared/format";
import { page } from "../shared/page";
import type { Observation } from "../shared/resources";
import { chartWords } from "./chart-words";
import type { EmptyingMark } from "./emptyings";

const HEIGHT = 170;
/** A gap of more than this many seconds breaks the line: nobody knows what was in between. */
const GAP_S = 12 * 3600;

export class HistoryChart {
  private plot: uPlot | null = null;
  private readonly resizing: ResizeObserver;

  constructor(
    private readonly element: HTMLElement,
    private readonly observations: readonly Observation[],
    private readonly emptyings: readonly EmptyingMark[],
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
    const words = chartWords(this.observations, this.emptyings);
    const place = h("div", { role: "img", "aria-label": words });
    replace(this.element, place, h("p", { class: "quiet small" }, words));
    this.plot = new uPlot(this.options(), this.data(), place);
  }

  private width(): number {
    return Math.max(200, this.element.clientWidth);
  }

  private data(): uPlot.AlignedData {
    type Row = [time: number, good: number | null | undefined, bridge: number | null | undefined, suspect: number | null];
    const rows: Row[] = [];
    let lastGood: { time: number; level: number } | null = null;
    let bridging = false;
    for (const each of this.observations) {
      const time = new Date(each.phenomenonAt).getTime() / 1000;
      const level = each.cleanedResult ?? each.result;
      if (each.quality !== "good") {
        // The dashed line begins at the good reading before.
        if (!bridging && lastGood !== null && each.cleanedResult !== null) rows.push([lastGood.time, undefined, lastGood.level, null]);
        bridging = each.cleanedResult !== null;
        rows.push([time, bridging ? null : undefined, each.cleanedResult ?? undefined, each.result]);
        continue;
      }
      if (lastGood !== null && time - lastGood.time > GAP_S) rows.push([lastGood.time + 1, null, bridging ? undefined : null, null]);
      rows.push([time, level, bridging ? level : null, null]);
      bridging = false;
      lastGood = { time, level };
    }
    rows.sort((a, b) => a[0] - b[0]);
    // uPlot: null breaks a line, undefined is passed over.
    return [rows.map((row) => row[0]), ...[1, 2, 3].map((column) => rows.map((row) => row[column] as number | null))] as uPlot.AlignedData;
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
        { stroke: line, width: 1.25, dash: [4, 3], points: { show: false } },
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
    ctx.strokeStyle = colours.selection;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const { atS, kind } of this.emptyings) {
      const x = plot.valToPos(atS, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      const size = 5 * devicePixelRatio;
      const top = bbox.top + ctx.lineWidth;
      ctx.beginPath();
      ctx.moveTo(x - size, top);
      if (kind === "missed") {
        ctx.lineTo(x + size, top + 2 * size);
        ctx.moveTo(x + size, top);
        ctx.lineTo(x - size, top + 2 * size);
        ctx.stroke();
        continue;
      }
      ctx.lineTo(x + size, top);
      ctx.lineTo(x, top + 1.6 * size);
      ctx.closePath();
      if (kind === "reported") ctx.fill();
      else ctx.stroke();
    }
    ctx.restore();
  }
}
