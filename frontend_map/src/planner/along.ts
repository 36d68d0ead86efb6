/** The way along streets, railways and water between two places: borders of units, by the shortest path. Pure. */
import type { Position } from "geojson";

/** From this class of border upwards something runs along it. */
const STREET = 2;
/** A place further than this (in degrees, about 60 m) from any street is not on one. */
const NEAR = 6e-4;

const key = (at: Position): string => `${at[0]!.toFixed(7)} ${at[1]!.toFixed(7)}`;

const metres = (a: Position, b: Position): number => Math.hypot((a[0]! - b[0]!) * Math.cos((a[1]! * Math.PI) / 180), a[1]! - b[1]!) * 111_320;

/** The net of corners: where one can go from each, and how far. */
export interface Ways {
  places: Position[];
  next: { to: number; length: number }[][];
}

/** `lines` and `barrier` of all borders, by number. */
export function waysOf(lines: readonly (readonly Position[])[], barrier: readonly number[]): Ways {
  const index = new Map<string, number>();
  const places: Position[] = [];
  const next: Ways["next"] = [];
  const at = (place: Position): number => {
    const known = index.get(key(place));
    if (known !== undefined) return known;
    index.set(key(place), places.length);
    places.push(place);
    next.push([]);
    return places.length - 1;
  };
  lines.forEach((line, edge) => {
    if (barrier[edge]! < STREET) return;
    for (let k = 1; k < line.length; k++) {
      const [a, b] = [at(line[k - 1]!), at(line[k]!)];
      const length = metres(line[k - 1]!, line[k]!);
      next[a]!.push({ to: b, length });
      next[b]!.push({ to: a, length });
    }
  });
  return { places, next };
}

function nearest(ways: Ways, place: Position): number | null {
  let best: number | null = null;
  let least = NEAR;
  ways.places.forEach((at, number) => {
    const away = Math.hypot(at[0]! - place[0]!, at[1]! - place[1]!);
    if (away < least) [least, best] = [away, number];
  });
  return best;
}

/** From one place to another along the net, both ends at its nearest corners; null where there is no way. */
export function along(ways: Ways, from: Position, to: Position): Position[] | null {
  const [start, goal] = [nearest(ways, from), nearest(ways, to)];
  if (start === null || goal === null || start === goal) return null;
  const best = new Map<number, number>([[start, 0]]);
  const before = new Map<number, number>();
  // A straight line to the goal is never longer than the way: whoever is nearest by both is looked at first.
  const heap: { at: number; cost: number }[] = [{ at: start, cost: metres(ways.places[start]!, ways.places[goal]!) }];
  const done = new Set<number>();
  for (let one = pop(heap); one; one = pop(heap)) {
    if (one.at === goal) break;
    if (done.has(one.at)) continue;
    done.add(one.at);
    for (const { to: other, length } of ways.next[one.at]!) {
      const cost = best.get(one.at)! + length;
      if (cost >= (best.get(other) ?? Infinity)) continue;
      best.set(other, cost);
      before.set(other, one.at);
      push(heap, { at: other, cost: cost + metres(ways.places[other]!, ways.places[goal]!) });
    }
  }
  if (!before.has(goal)) return null;
  const path: Position[] = [];
  for (let at: number | undefined = goal; at !== undefined; at = before.get(at)) path.unshift(ways.places[at]!);
  return path;
}

function push(heap: { at: number; cost: number }[], one: { at: number; cost: number }): void {
  let at = heap.push(one) - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    if (heap[up]!.cost <= one.cost) break;
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = one;
}

function pop(heap: { at: number; cost: number }[]): { at: number; cost: number } | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    if (down >= heap.length) break;
    if (down + 1 < heap.length && heap[down + 1]!.cost < heap[down]!.cost) down++;
    if (heap[down]!.cost >= last.cost) break;
    heap[at] = heap[down]!;
    at = down;
  }
  heap[at] = last;
  return first;
}
