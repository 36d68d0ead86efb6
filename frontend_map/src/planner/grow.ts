/** A draft after a cut, made from the draft before and the answer: nothing is read again. Pure. */
import type { Position } from "geojson";
import type { NewBorders, CutUnit, PlanUnits } from "../api/plans";
import { placeInside, ringsOf, type Shape } from "./geometry";

export interface Read {
  units: Shape[];
  places: Position[];
  edges: Position[][];
}

/** Lattice steps are 1e-7 degree: a border may move by one where a cut meets it. */
const STEP = 2e-7;

/**
 * Units that were cut go, their pieces come (last, as their ids are the highest); borders of the pieces replace those of
 * the units.
 */
export function grown(data: PlanUnits, read: Read, cut: readonly CutUnit[], borders: NewBorders): { data: PlanUnits; read: Read } {
  const gone = new Set(cut.map((one) => one.unit));
  const pieces = cut.flatMap((one) => one.pieces);
  const { units, edges } = data;
  const kept = units.id.flatMap((id, at) => (gone.has(id) ? [] : [at]));
  const communities = new Map(data.communities.map((one, at) => [one.code, at]));
  const column = <T>(values: readonly T[], more: readonly T[]): T[] => [...kept.map((at) => values[at]!), ...more];
  const next: PlanUnits["units"] = {
    id: column(units.id, pieces.map((one) => one.unit)),
    code: column(units.code, pieces.map((one) => one.code)),
    community: column(units.community, pieces.map((one) => communities.get(one.community) ?? 0)),
    households: column(units.households, pieces.map((one) => one.households)),
    residents: column(units.residents, pieces.map((one) => one.residents)),
    buildings: column(units.buildings, pieces.map((one) => one.buildings)),
    incidents_year: column(units.incidents_year, pieces.map((one) => one.incidents_year)),
    facilities: column(units.facilities, pieces.map((one) => one.facilities)),
    area_m2: column(units.area_m2, pieces.map((one) => one.area_m2)),
    perimeter_m: column(units.perimeter_m, pieces.map((one) => one.perimeter_m)),
    zone: column(units.zone, pieces.map((one) => one.zone)),
    base_zone: column(units.base_zone, pieces.map((one) => one.base_zone)),
  };
  const index = new Map(next.id.map((id, at) => [id, at]));
  const moved = new Map(kept.map((at, now) => [at, now]));
  const shapes = [...kept.map((at) => read.units[at]!), ...pieces.map((one) => one.geometry)];
  const places = [...kept.map((at) => read.places[at]!), ...pieces.map((one) => placeInside(one.geometry))];

  const stays = edges.a.flatMap((a, edge) => (moved.has(a) && moved.has(edges.b[edge]!) ? [edge] : []));
  const fresh = borders.a.flatMap((a, at) => {
    const one = index.get(a);
    const two = index.get(borders.b[at]!);
    return one === undefined || two === undefined ? [] : [{ at, one: Math.min(one, two), two: Math.max(one, two) }];
  });
  // Borders that the answer tells anew are those of the pieces; others stay as they were.
  const lines = fresh.map(({ one, two }) => sharedLine(shapes[one]!, shapes[two]!));
  return {
    data: {
      ...data,
      units: next,
      edges: {
        a: [...stays.map((edge) => moved.get(edges.a[edge]!)!), ...fresh.map(({ one }) => one)],
        b: [...stays.map((edge) => moved.get(edges.b[edge]!)!), ...fresh.map(({ two }) => two)],
        length_m: [...stays.map((edge) => edges.length_m[edge]!), ...fresh.map(({ at }) => borders.length_m[at]!)],
        barrier: [...stays.map((edge) => edges.barrier[edge]!), ...fresh.map(({ at }) => borders.barrier[at]!)],
        joined: [...stays.map((edge) => edges.joined[edge]!), ...fresh.map(({ at }) => borders.joined[at]!)],
      },
    },
    read: { units: shapes, places, edges: [...stays.map((edge) => read.edges[edge]!), ...lines] },
  };
}

/** The border of two shapes; one may lack corners that the other has on it. */
export function sharedLine(one: Shape, other: Shape): Position[] {
  const [mine, theirs] = [runOn(one, other), runOn(other, one)];
  return mine.length >= theirs.length ? mine : theirs;
}

/** The longest run of corners of one shape that lies on the border of another. */
function runOn(one: Shape, other: Shape): Position[] {
  const sides = ringsOf(other).flatMap((ring) => ring.slice(1).map((to, at): [Position, Position] => [ring[at]!, to]));
  const box = boxOf(ringsOf(other).flat());
  const on = (at: Position): boolean =>
    at[0]! >= box[0] - STEP && at[0]! <= box[2] + STEP && at[1]! >= box[1] - STEP && at[1]! <= box[3] + STEP && sides.some(([a, b]) => distance(at, a, b) <= STEP);
  let best: Position[] = [];
  for (const ring of ringsOf(one)) {
    const runs: Position[][] = [[]];
    for (let k = 1; k < ring.length; k++) {
      const [a, b] = [ring[k - 1]!, ring[k]!];
      const both = on(a) && on(b) && on([(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2]);
      const run = runs.at(-1)!;
      if (both) run.push(...(run.length === 0 ? [a, b] : [b]));
      else if (run.length > 0) runs.push([]);
    }
    // A run may go over the end of the ring.
    const last = runs.at(-1)!;
    const first = runs[0]!;
    if (runs.length > 1 && last.length > 0 && first.length > 0 && same(last.at(-1)!, first[0]!)) {
      runs[0] = [...last, ...first.slice(1)];
      runs.pop();
    }
    for (const run of runs) if (run.length > best.length) best = run;
  }
  return best;
}

const same = (a: Position, b: Position): boolean => a[0] === b[0] && a[1] === b[1];

function boxOf(places: readonly Position[]): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of places) {
    box[0] = Math.min(box[0], x!);
    box[1] = Math.min(box[1], y!);
    box[2] = Math.max(box[2], x!);
    box[3] = Math.max(box[3], y!);
  }
  return box;
}

function distance(at: Position, a: Position, b: Position): number {
  const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((at[0]! - a[0]!) * dx + (at[1]! - a[1]!) * dy) / length));
  return Math.hypot(at[0]! - a[0]! - dx * share, at[1]! - a[1]! - dy * share);
}
