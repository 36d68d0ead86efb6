/** A city of square units in rows, for tests: 100 m sides, grids of square blocks. */
import type { PlanUnits } from "../../src/api/plans";
import type { Shape } from "../../src/planner/geometry";

export interface CityOptions {
  columns: number;
  rows: number;
  /** Units per side of a grid. */
  block: number;
  households?: (unit: number) => number;
  community?: (column: number, row: number) => number;
  joined?: (a: number, b: number) => boolean;
  barrier?: (a: number, b: number) => number;
}

export function squareCity({ columns, rows, block, households = () => 25, community = () => 0, joined = () => true, barrier = () => 0 }: CityOptions): PlanUnits {
  const n = columns * rows;
  const across = Math.ceil(columns / block);
  const all = Array.from({ length: n }, (_, unit) => unit);
  const zone = all.map((unit) => Math.floor(Math.floor(unit / columns) / block) * across + Math.floor((unit % columns) / block) + 1);
  const edges: PlanUnits["edges"] = { a: [], b: [], length_m: [], barrier: [], joined: [] };
  const add = (a: number, b: number): void => {
    edges.a.push(a);
    edges.b.push(b);
    edges.length_m.push(100);
    edges.barrier.push(barrier(a, b));
    edges.joined.push(joined(a, b));
  };
  for (const unit of all) {
    if ((unit + 1) % columns !== 0) add(unit, unit + 1);
    if (unit + columns < n) add(unit, unit + columns);
  }
  return {
    revision: 0,
    zones: [...new Set(zone)].map((number) => ({
      number,
      code: `370212001001${String(number).padStart(3, "0")}`,
      name: { zh: `网格${number}`, en: null },
      base: true,
      lock: "none",
      exempt: false,
      dissolved: false,
      posts: 1,
    })),
    communities: [{ code: "370212001001", name: { zh: "甲", en: null } }],
    units: {
      // Ids are not indices.
      id: all.map((unit) => 1000 + unit * 3),
      code: all.map((unit) => `U${unit}`),
      community: all.map((unit) => community(unit % columns, Math.floor(unit / columns))),
      households: all.map(households),
      residents: all.map((unit) => households(unit) * 3),
      buildings: all.map(() => 1),
      incidents_year: all.map(() => 2),
      facilities: all.map(() => 4),
      area_m2: all.map(() => 10_000),
      perimeter_m: all.map(() => 400),
      zone,
      base_zone: [...zone],
    },
    edges,
  };
}

/** The same squares as shapes; one unit is 0.001 degree. */
export function squareShapes(columns: number, rows: number): Shape[] {
  return Array.from({ length: columns * rows }, (_, unit) => {
    const [x, y] = [(unit % columns) * 0.001, -Math.floor(unit / columns) * 0.001];
    return { type: "Polygon", coordinates: [[[x, y], [x + 0.001, y], [x + 0.001, y - 0.001], [x, y - 0.001], [x, y]]] };
  });
}

/** Numbers in [0, 1) that are the same every time. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
