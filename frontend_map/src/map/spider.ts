/** Incidents at one place, spread out so that each can be taken: symbols on legs round the place, until the map moves. */
import type { Feature, FeatureCollection, Point } from "geojson";
import type { GeoJSONSource, Map as MapLibre, MapGeoJSONFeature } from "maplibre-gl";
import type { LonLat } from "../api/types";
import { BASE } from "./palette";
import { singleImage } from "./dispatch_style";

export const SPIDER = "open-spider";
export const SPIDER_LEGS = "open-spider-legs";
export const SPIDER_POINTS = "open-spider-points";

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };
/** On a circle up to so many, beyond that on a spiral. */
const ON_CIRCLE = 9;
const BETWEEN_PX = 30;

/** Where each of n symbols goes, in pixels from the place. Pure. */
export function legs(n: number): [number, number][] {
  if (n <= ON_CIRCLE) {
    const radius = Math.max(36, (BETWEEN_PX * n) / (2 * Math.PI));
    return Array.from({ length: n }, (_, k) => {
      const turn = -Math.PI / 2 + (2 * Math.PI * k) / n;
      return [radius * Math.cos(turn), radius * Math.sin(turn)];
    });
  }
  const found: [number, number][] = [];
  for (let k = 0, turn = 0; k < n; k++) {
    const radius = 40 + (BETWEEN_PX * turn) / (2 * Math.PI);
    found.push([radius * Math.cos(turn), radius * Math.sin(turn)]);
    turn += BETWEEN_PX / radius;
  }
  return found;
}

/** Of what lies under the pointer, what lies at the place of the first: each once. `apart` in pixels. Pure. */
export function atOnePlace<T extends { number: string; x: number; y: number }>(found: readonly T[], apart: number): T[] {
  const first = found[0];
  if (!first) return [];
  const near = found.filter((one) => Math.hypot(one.x - first.x, one.y - first.y) <= apart);
  return [...new Map(near.map((one) => [one.number, one])).values()];
}

export interface Spider {
  /** Spreads them out; the place is that of the first. */
  open: (features: readonly MapGeoJSONFeature[]) => void;
  close: () => void;
  end: () => void;
}

export function addSpider(map: MapLibre): Spider {
  map.addSource(SPIDER, { type: "geojson", data: NOTHING });
  map.addLayer({
    id: SPIDER_LEGS,
    source: SPIDER,
    type: "line",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": BASE.text, "line-width": 1.4, "line-opacity": 0.7 },
  });
  map.addLayer({
    id: SPIDER_POINTS,
    source: SPIDER,
    type: "symbol",
    filter: ["==", ["geometry-type"], "Point"],
    layout: { "icon-image": singleImage(), "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
  let shown = false;
  const close = (): void => {
    if (!shown) return;
    shown = false;
    (map.getSource(SPIDER) as GeoJSONSource | undefined)?.setData(NOTHING);
  };
  map.on("zoomstart", close);
  map.on("movestart", close);
  return {
    open(features) {
      const centre = (features[0]!.geometry as Point).coordinates as LonLat;
      const middle = map.project(centre);
      const spread: Feature[] = legs(features.length).flatMap(([x, y], at) => {
        const place = map.unproject([middle.x + x, middle.y + y]).toArray();
        return [
          { type: "Feature" as const, properties: {}, geometry: { type: "LineString" as const, coordinates: [centre, place] } },
          // A tile's properties have no prototype, and MapLibre sends no such object to its worker: a copy has one.
          { type: "Feature" as const, properties: { ...features[at]!.properties }, geometry: { type: "Point" as const, coordinates: place } },
        ];
      });
      shown = true;
      (map.getSource(SPIDER) as GeoJSONSource).setData({ type: "FeatureCollection", features: spread });
    },
    close,
    end() {
      map.off("zoomstart", close);
      map.off("movestart", close);
      for (const id of [SPIDER_POINTS, SPIDER_LEGS]) if (map.getLayer(id)) map.removeLayer(id);
      if (map.getSource(SPIDER)) map.removeSource(SPIDER);
    },
  };
}
