/** Distances for a list of neighbours: metres on the ground, good to a few in a thousand. Pure. */
import type { FeatureCollection } from "geojson";
import type { Bounds, LonLat } from "../api/types";

const DEGREE_M = 111_320;

const scale = (lat: number): number => Math.cos((lat * Math.PI) / 180);

/** Metres between two places close to each other. */
export function distance(a: LonLat, b: LonLat): number {
  return Math.hypot((a[0] - b[0]) * DEGREE_M * scale((a[1] + b[1]) / 2), (a[1] - b[1]) * DEGREE_M);
}

/** The box that holds everything within so many metres. */
export function around([lon, lat]: LonLat, metres: number): Bounds {
  const dy = metres / DEGREE_M;
  const dx = dy / scale(lat);
  return [lon - dx, lat - dy, lon + dx, lat + dy];
}

/** The box round all polygons of a collection; null where there is none. */
export function boundsOf(shapes: FeatureCollection): Bounds | null {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number" && typeof part[1] === "number") {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else for (const one of part) walk(one);
  };
  for (const { geometry } of shapes.features) if (geometry && "coordinates" in geometry) walk(geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}
