/** The box round shapes. Pure. */
import type { FeatureCollection } from "geojson";
import type { Bounds } from "../api/types";

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
