/** The box around positions. Pure. */
import type { Position } from "geojson";
import type { Bounds } from "../api/types";

/** The box around boxes; null: there is none. */
export const boundsOfAll = (all: readonly Bounds[]): Bounds | null =>
  boundsOfPositions(
    all.flatMap(([west, south, east, north]) => [
      [west, south],
      [east, north],
    ]),
  );

export function boundsOfPositions(all: readonly Position[]): Bounds | null {
  if (all.length === 0) return null;
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of all as readonly [number, number][]) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}
