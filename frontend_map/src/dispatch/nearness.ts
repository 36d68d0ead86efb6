/** Distances for a list of neighbours: metres on the ground, good to a few in a thousand. Pure. */
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
