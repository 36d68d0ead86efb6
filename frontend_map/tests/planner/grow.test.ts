import { describe, expect, it } from "vitest";
import type { CutUnit, PlanUnits } from "../../src/api/plans";
import { placeInside, type Shape } from "../../src/planner/geometry";
import { grown, sharedLine } from "../../src/planner/grow";
import { Draft } from "../../src/planner/measures";

const box = (west: number, south: number, east: number, north: number): Shape => ({
  type: "Polygon",
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

/** Three squares in a row; the middle one is cut across into a southern and a northern half. */
const shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)];
const data: PlanUnits = {
  revision: 0,
  zones: [1, 2].map((number) => ({ number, code: null, name: { zh: "格", en: null }, base: true, lock: "none" as const, exempt: false, dissolved: false, posts: 0 })),
  communities: [{ code: "C", name: { zh: "社区", en: null } }],
  units: {
    id: [10, 11, 12],
    code: ["a", "b", "c"],
    community: [0, 0, 0],
    households: [5, 8, 3],
    residents: [0, 0, 0],
    buildings: [0, 0, 0],
    incidents_year: [0, 0, 0],
    facilities: [0, 0, 0],
    area_m2: [1, 1, 1],
    perimeter_m: [4, 4, 4],
    zone: [1, 1, 2],
    base_zone: [1, 1, 2],
  },
  edges: { a: [0, 1], b: [1, 2], length_m: [1, 1], barrier: [2, 0], joined: [true, true] },
};
const read = {
  units: shapes,
  places: shapes.map(placeInside),
  edges: [
    [
      [1, 0],
      [1, 1],
    ],
    [
      [2, 0],
      [2, 1],
    ],
  ],
};
const piece = (unit: number, households: number, zone: number, geometry: Shape): CutUnit["pieces"][number] =>
  ({ unit, code: `b-${unit}`, community: "C", households, residents: 0, buildings: 0, incidents_year: 0, facilities: 0, area_m2: 0.5, perimeter_m: 3, zone, base_zone: 1, geometry }) as CutUnit["pieces"][number];
const cut: CutUnit[] = [{ unit: 11, pieces: [piece(20, 6, 1, box(1, 0, 2, 0.5)), piece(21, 2, 2, box(1, 0.5, 2, 1))] }];
const borders = { a: [10, 10, 12, 12, 20], b: [20, 21, 20, 21, 21], length_m: [0.5, 0.5, 0.5, 0.5, 1], barrier: [2, 2, 0, 0, 0], joined: [true, true, true, true, true] };

describe("grown", () => {
  const made = grown(data, read, cut, borders);

  it("puts pieces in the place of the unit, with its figures", () => {
    expect(made.data.units.id).toEqual([10, 12, 20, 21]);
    expect(made.read.units).toHaveLength(4);
    const draft = new Draft(made.data);
    expect(draft.sumsOf(1).households).toBe(11);
    expect(draft.sumsOf(2).households).toBe(5);
    expect(draft.sumsOf(1).area + draft.sumsOf(2).area).toBe(3);
    expect(draft.isConnected(1)).toBe(true);
    // Around two and a half squares less what lies inside.
    expect(draft.sumsOf(1).perimeter).toBeCloseTo(4 + 3 - 2 * 0.5);
  });

  it("draws the borders of the pieces, those that lie in a neighbour's longer side as well", () => {
    const line = (a: number, b: number) => {
      const at = made.data.edges.a.findIndex((one, edge) => made.data.units.id[one] === a && made.data.units.id[made.data.edges.b[edge]!] === b);
      return made.read.edges[at]!.toSorted((one, two) => one[0]! - two[0]! || one[1]! - two[1]!);
    };
    expect(line(10, 20)).toEqual([
      [1, 0],
      [1, 0.5],
    ]);
    expect(line(20, 21)).toEqual([
      [1, 0.5],
      [2, 0.5],
    ]);
    expect(made.data.edges.a).toHaveLength(5);
  });
});

describe("sharedLine", () => {
  it("goes over the end of a ring", () => {
    const notched: Shape = {
      type: "Polygon",
      coordinates: [
        [
          [1, 0.5],
          [1, 1],
          [0, 1],
          [0, 0],
          [1, 0],
          [1, 0.5],
        ],
      ],
    };
    expect(sharedLine(notched, box(1, 0, 2, 1))).toHaveLength(3);
    expect(sharedLine(box(0, 0, 1, 1), box(5, 5, 6, 6))).toEqual([]);
  });
});
