// The map's style: our own streets as the ground, routes, containers. No tile, glyph or sprite server is asked.

import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { steps, type Palette } from "./palette";

export const FONT = ["Figtree Variable"];

const none: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

const MAJOR = ["motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"];
const MINOR = ["residential", "unclassified", "living_street", "road"];

const roadClass: ExpressionSpecification = ["get", "roadClass"];
const isMajor: ExpressionSpecification = ["in", roadClass, ["literal", MAJOR]];
const isMinor: ExpressionSpecification = ["in", roadClass, ["literal", MINOR]];

function width(major: number, minor: number, other: number): ExpressionSpecification {
  const at = (zoom: number): ExpressionSpecification => {
    const scale = 2 ** ((zoom - 15) * 0.75);
    return ["case", isMajor, major * scale, isMinor, minor * scale, other * scale];
  };
  return ["interpolate", ["exponential", 1.5], ["zoom"], 11, at(11), 15, at(15), 18, at(18)];
}

export function colourByLevel(palette: Palette): ExpressionSpecification {
  const [first, ...rest] = palette.levels;
  const ramp: unknown[] = ["step", ["get", "fillLevel"], first];
  rest.forEach((colour, index) => ramp.push(steps[index], colour));
  return ["case", ["==", ["get", "trust"], "none"], palette.unknown, ramp] as unknown as ExpressionSpecification;
}

export function layers(palette: Palette, theme: "light" | "dark"): LayerSpecification[] {
  const good: ExpressionSpecification = ["==", ["get", "trust"], "good"];
  const visited: ExpressionSpecification = ["==", ["get", "visited"], true];
  // Lines of several trucks in one street lie beside each other, not on top.
  const beside = (pixels: number): ExpressionSpecification => ["*", pixels, ["get", "lane"]];
  const aside: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 12, beside(0.5), 15, beside(3), 17, beside(5)];
  const faded = (full: number, other: number): ExpressionSpecification => ["case", ["==", ["get", "dimmed"], true], other, full];
  return [
    { id: "ground", type: "background", paint: { "background-color": palette.ground } },
    {
      id: "street-casing", type: "line", source: "streets", minzoom: 13,
      filter: ["any", isMajor, isMinor],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.casing, "line-width": width(11, 8, 4) },
    },
    {
      id: "street", type: "line", source: "streets",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["case", isMajor, palette.streetMajor, isMinor, palette.street, palette.path],
        "line-width": width(9, 6, 2.5),
      },
    },
    {
      id: "route-casing", type: "line", source: "routes",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": palette.halo, "line-opacity": faded(0.9, 0.2), "line-offset": aside,
        "line-width": ["interpolate", ["linear"], ["zoom"], 11, 3.5, 16, 7],
      },
    },
    {
      id: "route", type: "line", source: "routes",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["get", "colour"], "line-opacity": faded(0.95, 0.16), "line-offset": aside,
        "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.8, 16, 4.5],
      },
    },
    {
      id: "route-direction", type: "symbol", source: "routes", minzoom: 13.5,
      filter: ["!=", ["get", "dimmed"], true],
      layout: {
        "symbol-placement": "line", "symbol-spacing": 90, "icon-image": `${theme}-arrow`,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 13, 0.55, 16, 0.8],
        "icon-allow-overlap": true, "icon-ignore-placement": true,
      },
    },
    {
      id: "street-name", type: "symbol", source: "streets", minzoom: 14.5,
      filter: ["!=", ["get", "name"], ""],
      layout: {
        "symbol-placement": "line", "symbol-spacing": 320, "text-field": ["get", "name"], "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 14, 10.5, 18, 14],
      },
      paint: { "text-color": palette.label, "text-halo-color": palette.halo, "text-halo-width": 1.6 },
    },
    {
      id: "container", type: "circle", source: "containers",
      layout: { "circle-sort-key": ["coalesce", ["get", "fillLevel"], -1] },
      paint: {
        "circle-radius": [
          "interpolate", ["exponential", 1.6], ["zoom"],
          10, ["case", visited, 2.5, 1.8], 13, ["case", visited, 6, 4.5], 15, ["case", visited, 13, 11],
        ],
        "circle-color": ["step", ["zoom"], ["case", good, colourByLevel(palette), palette.halo], 14, ["case", visited, ["get", "colour"], palette.halo]],
        "circle-opacity": faded(1, 0.25),
        "circle-stroke-opacity": faded(1, 0.25),
        "circle-stroke-width": ["case", visited, 2, good, 1, 2],
        "circle-stroke-color": ["case", visited, ["get", "colour"], good, palette.halo, palette.outline],
      },
    },
    {
      id: "container-gauge", type: "symbol", source: "containers", minzoom: 14,
      layout: {
        "icon-image": ["concat", `${theme}-`, ["get", "gauge"]], "icon-allow-overlap": true, "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 14, 0.75, 15, 0.95, 17, 1.15],
        "symbol-sort-key": ["coalesce", ["get", "fillLevel"], -1],
      },
      paint: { "icon-opacity": faded(1, 0.35) },
    },
    {
      id: "stop-number", type: "symbol", source: "containers", minzoom: 14.75,
      filter: ["all", ["has", "stop"], ["!=", ["get", "dimmed"], true]],
      layout: {
        "text-field": ["to-string", ["get", "stop"]], "text-font": FONT, "text-size": 12, "text-offset": [1.25, -1],
        "text-optional": true,
      },
      paint: { "text-color": ["get", "colour"], "text-halo-color": palette.halo, "text-halo-width": 2.2 },
    },
    {
      id: "place", type: "circle", source: "places",
      paint: {
        "circle-radius": 7, "circle-color": palette.selection, "circle-stroke-color": palette.halo, "circle-stroke-width": 2,
      },
    },
    {
      id: "place-name", type: "symbol", source: "places",
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12.5, "text-offset": [0, 1.2], "text-anchor": "top", "text-optional": true },
      paint: { "text-color": palette.selection, "text-halo-color": palette.halo, "text-halo-width": 2 },
    },
    {
      id: "selection", type: "circle", source: "selection",
      paint: {
        "circle-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 10, 8, 13, 12, 15, 19],
        "circle-color": "transparent", "circle-stroke-width": 3, "circle-stroke-color": palette.selection,
      },
    },
  ];
}

export function style(palette: Palette, theme: "light" | "dark", attribution: string): StyleSpecification {
  const streets = new URL("/v1/streets", location.href).href;
  return {
    version: 8,
    sources: {
      streets: { type: "geojson", data: streets, attribution, tolerance: 0.2 },
      routes: { type: "geojson", data: none },
      containers: { type: "geojson", data: none },
      places: { type: "geojson", data: none },
      selection: { type: "geojson", data: none },
    },
    layers: layers(palette, theme),
  };
}
