/** What the desk asks of the map; null until a plan is drawn, and where there is no WebGL. */
import { signal } from "@preact/signals";
import type { Position } from "geojson";
import type { Direction } from "./geometry";

export interface PlanView {
  pan: (held: boolean) => void;
  panBy: (direction: Direction) => void;
  reveal: (place: Position) => void;
  middleUnit: () => number | null;
  /** Moves the next point of the line by pixels; snaps it. */
  stepLine: (direction: Direction, pixels: number) => void;
}

export const planView = signal<PlanView | null>(null);
