/** Plane geometry for drawing and for the keyboard: small, in degrees with the city's stretch of longitude. Pure. */
import type { MultiPolygon, Polygon, Position } from "geojson";

export type Shape = Polygon | MultiPolygon;

export const ringsOf = (shape: Shape): Position[][] => (shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat());

/** Degrees of longitude count less than those of latitude. */
export const stretch = (lat: number): number => Math.cos((lat * Math.PI) / 180);

export function boundsOf(shapes: Iterable<Shape>): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of shapes) {
    for (const ring of ringsOf(shape)) {
      for (const [lon = 0, lat = 0] of ring) {
        box[0] = Math.min(box[0], lon);
        box[1] = Math.min(box[1], lat);
        box[2] = Math.max(box[2], lon);
        box[3] = Math.max(box[3], lat);
      }
    }
  }
  return box[0] === Infinity ? null : box;
}

export function isInside([x = 0, y = 0]: Position, shape: Shape): boolean {
  let inside = false;
  for (const ring of ringsOf(shape)) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi = 0, yi = 0] = ring[i]!;
      const [xj = 0, yj = 0] = ring[j]!;
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** A place well inside: the middle of the widest part of a horizontal line through the shape's middle. */
export function placeInside(shape: Shape): Position {
  const box = boundsOf([shape]) ?? [0, 0, 0, 0];
  let best: Position = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  let widest = -1;
  for (const share of [0.5, 0.4, 0.6, 0.27, 0.73]) {
    // A hair off, so that the line does not run along vertices.
    const y = box[1] + (box[3] - box[1]) * (share + 1e-4);
    const cuts = ringsOf(shape)
      .flatMap((ring) =>
        ring.flatMap((from, index) => {
          const to = ring[index + 1];
          if (!to || from[1]! > y === to[1]! > y) return [];
          return [from[0]! + ((y - from[1]!) * (to[0]! - from[0]!)) / (to[1]! - from[1]!)];
        }),
      )
      .toSorted((a, b) => a - b);
    for (let at = 0; at + 1 < cuts.length; at += 2) {
      const width = (cuts[at + 1]! - cuts[at]!) * (share === 0.5 ? 1.2 : 1);
      if (width <= widest) continue;
      widest = width;
      best = [(cuts[at]! + cuts[at + 1]!) / 2, y];
    }
  }
  return best;
}

export type Direction = "left" | "right" | "up" | "down";
const AXES: Readonly<Record<Direction, readonly [number, number]>> = { left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] };

/** The neighbour that lies most in a direction; none that lies behind or more than 60° to the side. */
export function neighbourTowards(here: Position, around: readonly { unit: number; place: Position }[], direction: Direction): number | null {
  const [ax, ay] = AXES[direction];
  const squeeze = stretch(here[1]!);
  let best: number | null = null;
  let least = Infinity;
  for (const { unit, place } of around) {
    const [dx, dy] = [(place[0]! - here[0]!) * squeeze, place[1]! - here[1]!];
    const length = Math.hypot(dx, dy);
    const along = dx * ax + dy * ay;
    if (length === 0 || along < length / 2) continue;
    // Straight ahead first, then near.
    const cost = length * (2 - along / length);
    if (cost < least) [least, best] = [cost, unit];
  }
  return best;
}

/** The nearest vertex within reach, else the nearest point of a side; null where nothing is near. Pixels in and out. */
export function snap(at: readonly [number, number], rings: readonly (readonly (readonly [number, number])[])[], reach: number): { ring: number; vertex: number; share: number } | null {
  let found: { ring: number; vertex: number; share: number } | null = null;
  let least = reach;
  rings.forEach((ring, r) =>
    ring.forEach(([x, y], v) => {
      const away = Math.hypot(x - at[0], y - at[1]);
      if (away < least) [least, found] = [away, { ring: r, vertex: v, share: 0 }];
    }),
  );
  if (found) return found;
  rings.forEach((ring, r) => {
    for (let v = 0; v + 1 < ring.length; v++) {
      const [[x0, y0], [x1, y1]] = [ring[v]!, ring[v + 1]!];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const long = dx * dx + dy * dy;
      if (long === 0) continue;
      const share = Math.min(1, Math.max(0, ((at[0] - x0) * dx + (at[1] - y0) * dy) / long));
      const away = Math.hypot(x0 + share * dx - at[0], y0 + share * dy - at[1]);
      if (away < least) [least, found] = [away, { ring: r, vertex: v, share }];
    }
  });
  return found;
}

/** Points along a line, close enough that no unit of the map's scale is missed. */
export function pointsAlong(line: readonly Position[], pieces = 24): Position[] {
  return line.slice(1).flatMap((to, index) => {
    const from = line[index]!;
    return Array.from({ length: pieces }, (_, at) => {
      const share = (at + 0.5) / pieces;
      return [from[0]! + (to[0]! - from[0]!) * share, from[1]! + (to[1]! - from[1]!) * share];
    });
  });
}
