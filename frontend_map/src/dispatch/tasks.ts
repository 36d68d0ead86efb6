/** What the desk knows of urgent tasks: the open one, the area being drawn. */
import { batch, computed, signal } from "@preact/signals";
import type { FeatureCollection, Polygon } from "geojson";
import type { TaskArea } from "../api/tasks";
import type { LonLat } from "../api/types";
import * as desk from "./state";

/** Code of the open task; the form for a new one; or neither. */
export const openTask = signal<string | null>(null);
export const newTask = signal(false);
/** Grids and area of the open task, or the grids that the area being chosen would meet. */
export const taskShapes = signal<FeatureCollection | null>(null);
/** Corners of the area being drawn. */
export const corners = signal<readonly LonLat[]>([]);

/** How many metres to both sides of a line are meant; null: corners of an area are drawn, not a line. */
export const sides = signal<number | null>(null);
export const USUAL_SIDES_M = 50;

/** The drawn area as a polygon; null with fewer than three corners, and while it is a line. */
export const drawn = computed<Polygon | null>(() => (sides.value === null ? polygonOf(corners.value) : null));

/** What is drawn as the area of a task: ground within corners, or to both sides of a line. */
export const drawnArea = computed<TaskArea | null>(() => areaOf(corners.value, sides.value));

/** Pure. */
export function areaOf(points: readonly LonLat[], metres: number | null): TaskArea | null {
  if (metres === null) {
    const polygon = polygonOf(points);
    return polygon && { polygon };
  }
  if (points.length === 0 || !(metres > 0)) return null;
  return { buffer: { radius_m: metres, line: points.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]) } };
}

/** Pure: the ring is closed; seven decimals are the lattice on which the server decides. */
export function polygonOf(points: readonly LonLat[]): Polygon | null {
  if (points.length < 3) return null;
  const ring = points.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]);
  return { type: "Polygon", coordinates: [[...ring, ring[0]!]] };
}

/** With `metres` a line is drawn. */
export function startDrawing(metres: number | null = null): void {
  batch(() => {
    corners.value = [];
    sides.value = metres;
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
    sides.value = null;
    desk.drawing.value = false;
  });
}
