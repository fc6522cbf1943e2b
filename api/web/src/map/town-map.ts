// A MapLibre map of the town that follows the theme and draws its own pictures.

import { AttributionControl, GeoJSONSource, Map as MapLibre, NavigationControl, setWorkerUrl } from "maplibre-gl";
import { page } from "../shared/page";
import { isDark, onThemeChange } from "../shared/theme";
import { drawNamed } from "./gauge";
import { dark, light, type Palette } from "./palette";
import { layers, style } from "./style";

setWorkerUrl(`${page.assets}/maplibre-gl-worker.js`);

const ATTRIBUTION = '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener">© OpenStreetMap</a>';

export function palette(): Palette {
  return isDark() ? dark : light;
}

export interface TownMapOptions {
  container: HTMLElement;
  label: string;
  buttons?: boolean;
  compactAttribution?: boolean;
  onReady: () => void;
  onTheme?: () => void;
}

export class TownMap {
  readonly map: MapLibre;
  private ready = false;

  constructor(options: TownMapOptions) {
    const [west, south, east, north] = page.municipality.bounds;
    this.map = new MapLibre({
      container: options.container,
      style: style(palette(), isDark() ? "dark" : "light", ATTRIBUTION),
      bounds: [west, south, east, north],
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 19,
      minZoom: 8,
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.tellWhenBusy();
    this.map.getCanvas().setAttribute("aria-label", options.label);
    this.map.addControl(new AttributionControl({ compact: options.compactAttribution ?? false }), "bottom-right");
    if (options.buttons !== false) this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.setMissingStyleImageResolver((name) => this.draw(name));
    this.map.on("load", () => {
      this.ready = true;
      options.onReady();
    });
    onThemeChange(() => {
      this.repaint();
      options.onTheme?.();
    });
  }

  /** Says on the map's element whether it is still moving or drawing. */
  private tellWhenBusy(): void {
    const element = this.map.getContainer();
    const tell = (busy: boolean) => () => element.setAttribute("aria-busy", String(busy));
    tell(true)();
    this.map.on("movestart", tell(true));
    this.map.on("idle", tell(false));
  }

  /** Replaces what a source shows. Before the map is ready nothing happens: `onReady` is the time for it. */
  show(source: "routes" | "containers" | "places" | "selection", data: GeoJSON.FeatureCollection): void {
    if (this.ready) this.map.getSource<GeoJSONSource>(source)?.setData(data);
  }

  private async draw(name: string): Promise<void> {
    await document.fonts.load("800 12px 'Figtree Variable'");
    if (this.map.hasImage(name)) return;
    const picture = drawNamed(name, { light, dark });
    if (picture !== null) this.map.addImage(name, picture.data, { pixelRatio: picture.ratio });
  }

  private repaint(): void {
    if (!this.ready) return;
    for (const layer of layers(palette(), isDark() ? "dark" : "light")) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.map.setPaintProperty(layer.id, name as never, value as never);
      const image = (layer.layout as Record<string, unknown> | undefined)?.["icon-image"];
      if (image !== undefined) this.map.setLayoutProperty(layer.id, "icon-image", image as never);
    }
  }
}

export function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}
