// The colours of the map, for light and dark. Fill levels run from quiet to loud in lightness, so they can be told apart
// without seeing colour; only overflowing leaves the blue, for an orange that every colour vision separates from it.

export interface Palette {
  ground: string;
  street: string;
  streetMajor: string;
  casing: string;
  path: string;
  label: string;
  halo: string;
  outline: string;
  unknown: string;
  /** By fill level: below 25 %, 50 %, 75 %, 100 %, and overflowing. */
  levels: readonly [string, string, string, string, string];
  selection: string;
  trucks: readonly string[];
}

export const light: Palette = {
  ground: "#ebe8de",
  street: "#ffffff",
  streetMajor: "#ffffff",
  casing: "#cfcabb",
  path: "#f8f6f0",
  label: "#5d6472",
  halo: "#fbfaf6",
  outline: "#6d7688",
  unknown: "#9aa1ad",
  levels: ["#c3d7ea", "#86aed6", "#4279ba", "#173f7d", "#d6450b"],
  selection: "#13233f",
  // After Okabe and Ito's palette for all colour vision, darkened until each has 3:1 on the ground.
  trucks: ["#0a7f5f", "#a2437d", "#96690a", "#1f7fb5", "#a9471b", "#5b52a8", "#55701c", "#7a5a4a"],
};

export const dark: Palette = {
  ground: "#121926",
  street: "#303b4f",
  streetMajor: "#3d4a62",
  casing: "#0f1522",
  path: "#222b3b",
  label: "#a9b4c6",
  halo: "#141b29",
  outline: "#93a0b5",
  unknown: "#7f8aa0",
  levels: ["#35527c", "#5683bf", "#8fb9ea", "#d9e9ff", "#ff8a4c"],
  selection: "#f4f7fd",
  trucks: ["#2fc49a", "#e08cc0", "#e3b341", "#62bdf0", "#f09066", "#a79df5", "#a9cc5c", "#c9a592"],
};

export const steps = [0.25, 0.5, 0.75, 1] as const;

/** Which colour of the ramp a fill level takes. */
export function levelIndex(fillLevel: number): 0 | 1 | 2 | 3 | 4 {
  return steps.filter((step) => fillLevel >= step).length as 0 | 1 | 2 | 3 | 4;
}

export function truckColour(palette: Palette, index: number): string {
  return palette.trucks[index % palette.trucks.length] as string;
}
