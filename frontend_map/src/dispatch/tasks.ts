/** What the desk knows of urgent tasks: the open one, the area being drawn. */
import { batch, computed, signal } from "@preact/signals";
import type { FeatureCollection, Polygon } from "geojson";
import type { LonLat } from "../api/types";
import * as desk from "./state";

/** Code of the open task; the form for a new one; or neither. */
export const openTask = signal<string | null>(null);
export const newTask = signal(false);
/** Grids and area of the open task, or the grids that the area being chosen would meet. */
export const taskShapes = signal<FeatureCollection | null>(null);
/** Corners of the area being drawn. */
export const corners = signal<readonly LonLat[]>([]);

/** The drawn area as a polygon; null with fewer than three corners. */
export const drawn = computed<Polygon | null>(() => polygonOf(corners.value));

/** Pure: the ring is closed; seven decimals are the lattice on which the server decides. */
export function polygonOf(points: readonly LonLat[]): Polygon | null {
  if (points.length < 3) return null;
  const ring = points.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]);
  return { type: "Polygon", coordinates: [[...ring, ring[0]!]] };
}

export function startDrawing(): void {
  batch(() => {
    corners.value = [];
    desk.drawing.value = true;
  });
}

export function addCorner(place: LonLat): void {
  const last = corners.peek().at(-1);
  // The same corner twice, as a double click or a second Enter makes it, ends the drawing.
  if (last && Math.abs(last[0] - place[0]) < 1e-6 && Math.abs(last[1] - place[1]) < 1e-6) desk.drawing.value = false;
  else corners.value = [...corners.peek(), place];
}

export const dropCorner = (): void => void (corners.value = corners.peek().slice(0, -1));

export function forgetDrawing(): void {
  batch(() => {
    corners.value = [];
    desk.drawing.value = false;
  });
}
