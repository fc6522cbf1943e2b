// Draws a container as a disc that is filled from below up to its level: the project's mark, and readable without colour.

import { levelIndex, type Palette } from "./palette";

export type Trust = "good" | "doubtful" | "none";

const SIZE = 26;
const RATIO = 2;

const STEPS = 20;

/** The picture's name, `gauge-{twentieths}-{trust}`; MapLibre asks for each that it meets once, see `drawNamed`. */
export function gaugeName(fillLevel: number | null, trust: Trust): string {
  if (fillLevel === null) return "gauge-0-none";
  return `gauge-${Math.max(0, Math.min(STEPS, Math.floor(fillLevel * STEPS)))}-${trust}`;
}

export interface Picture {
  data: ImageData;
  ratio: number;
}

/** Draws what a name like `light-gauge-7-good` or `dark-arrow` asks for; null for other names. */
export function drawNamed(name: string, palettes: { light: Palette; dark: Palette }): Picture | null {
  const [theme, kind, ...rest] = name.split("-");
  const palette = theme === "dark" ? palettes.dark : palettes.light;
  if (kind === "gauge") return drawGauge(Number(rest[0]), rest[1] as Trust, palette);
  if (kind === "arrow") return drawArrow(palette.halo);
  return null;
}

function canvas(size: number): CanvasRenderingContext2D {
  const element = document.createElement("canvas");
  element.width = element.height = size * RATIO;
  const context = element.getContext("2d");
  if (context === null) throw new Error("this browser draws no canvas");
  context.scale(RATIO, RATIO);
  return context;
}

function finish(context: CanvasRenderingContext2D): Picture {
  const { width, height } = context.canvas;
  return { data: context.getImageData(0, 0, width, height), ratio: RATIO };
}

function drawGauge(twentieths: number, trust: Trust, palette: Palette): Picture {
  const context = canvas(SIZE);
  const centre = SIZE / 2;
  const radius = centre - 4;
  const level = twentieths / STEPS;
  const colour = palette.levels[levelIndex(level)];
  const disc = new Path2D();
  disc.arc(centre, centre, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.halo;
  context.fill(disc);
  if (trust !== "none") {
    context.save();
    context.clip(disc);
    context.globalAlpha = trust === "good" ? 1 : 0.3;
    context.fillStyle = colour;
    context.fillRect(0, centre + radius - level * 2 * radius, SIZE, level * 2 * radius);
    context.restore();
  }
  context.lineWidth = 1.75;
  context.strokeStyle = trust === "good" && level >= 0.75 ? colour : palette.outline;
  if (trust !== "good") context.setLineDash([3, 2.4]);
  context.stroke(disc);
  if (trust !== "good") write(context, trust === "none" ? "–" : "?", palette.selection);
  else if (level >= 1) write(context, "!", palette.halo);
  return finish(context);
}

function write(context: CanvasRenderingContext2D, sign: string, colour: string): void {
  context.fillStyle = colour;
  context.font = "800 12px 'Figtree Variable', sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(sign, SIZE / 2, SIZE / 2 + 0.5);
}

function drawArrow(colour: string): Picture {
  const size = 12;
  const context = canvas(size);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(4, 2.5);
  context.lineTo(8, 6);
  context.lineTo(4, 9.5);
  context.stroke();
  return finish(context);
}
