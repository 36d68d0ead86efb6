import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Position } from "geojson";
import type { Proposal } from "../../src/api/plans";
import { allowed, pairOf, zonesUnder } from "../../src/planner/actions";
import { Draft } from "../../src/planner/measures";
import { paintedBy } from "../../src/planner/proposals";
import * as desk from "../../src/planner/state";
import { placeInside } from "../../src/planner/geometry";
import { sharedLine } from "../../src/planner/grow";
import { cityLayers } from "../../src/state/store";
import { squareCity, squareShapes } from "./square_city";

/** Four grids of 2 × 2 units; the right half is another community. */
const city = () => new Draft(squareCity({ columns: 4, rows: 4, block: 2, community: (column) => (column < 2 ? 0 : 1) }));
const layer = (kind: "base_grid" | "specialist") =>
  [{ code: "L", name: { zh: "层", en: null }, kind, cardinality: "exactly_one", parent: null, precedence: 1, depth: 0, zones: 4, edition: 1, synthetic: true, tiles: "" }] as const;

function locked(here: Draft, zone: number, lock: "none" | "in" | "out" | "both"): Draft {
  here.zones.set(zone, { ...here.zones.get(zone)!, lock });
  return here;
}

beforeEach(() => {
  cityLayers.value = [...layer("base_grid")];
  desk.plan.value = { layer: "L" } as NonNullable<typeof desk.plan.value>;
});
afterEach(() => desk.resetDesk());

describe("units that may go to a grid", () => {
  it("are those of its community, for grids that lie inside one", () => {
    // Unit 2 is of the other community, unit 8 of this one, unit 0 is there already.
    expect(allowed(city(), [0, 2, 8], 1)).toEqual([8]);
    cityLayers.value = [...layer("specialist")];
    expect(allowed(city(), [0, 2, 8], 1)).toEqual([2, 8]);
  });

  it("obey locks in their three modes, on both sides", () => {
    expect(allowed(locked(city(), 1, "in"), [8], 1)).toEqual([]);
    expect(allowed(locked(city(), 1, "out"), [8], 1)).toEqual([8]);
    expect(allowed(locked(city(), 3, "out"), [8], 1)).toEqual([]);
    expect(allowed(locked(city(), 3, "in"), [8], 1)).toEqual([8]);
    expect(allowed(locked(city(), 3, "both"), [8], 1)).toEqual([]);
  });

  it("may be of any community where the grid has no land yet", () => {
    const here = city();
    here.zones.set(9, { ...here.zones.get(1)!, number: 9 });
    expect(allowed(here, [2], 9)).toEqual([2]);
  });
});

describe("a drawn line", () => {
  it("is of the grids it runs through most, and of none outside", () => {
    const here = city();
    const units = squareShapes(4, 4);
    desk.shapes.value = { units, places: units.map(placeInside), edges: [] };
    expect(zonesUnder(here, [[0.0001, -0.0005], [0.0028, -0.0005]])).toEqual([1, 2]);
    expect(zonesUnder(here, [[0.01, 0], [0.02, 0]])).toEqual([]);
  });
});

describe("a new course of a border", () => {
  const drawn = (): Draft => {
    const here = city();
    const units = squareShapes(4, 4);
    const edges = here.data.edges.a.map((a, edge) => sharedLine(units[a]!, units[here.data.edges.b[edge]!]!));
    desk.shapes.value = { units, places: units.map(placeInside), edges };
    cityLayers.value = [...layer("specialist")];
    return here;
  };
  // Through grid 1 (above left), from its left side to its right one, and from its top to its bottom.
  const across: Position[] = [[0, -0.0017], [0.002, -0.0016]];
  const down: Position[] = [[0.0016, 0], [0.0017, -0.002]];

  it("inside one grid is that of the border it lies along, though its end touches another", () => {
    const here = drawn();
    expect(pairOf(here, across, [1])).toEqual([3, 1]);
    expect(pairOf(here, down, [1])).toEqual([2, 1]);
  });

  it("is with the grid that was chosen, and never across a community where grids lie inside one", () => {
    const here = drawn();
    desk.chosen.value = [2];
    expect(pairOf(here, across, [1])).toEqual([2, 1]);
    desk.chosen.value = [];
    cityLayers.value = [...layer("base_grid")];
    expect(pairOf(here, down, [1])).toEqual([3, 1]);
    expect(pairOf(here, across, [1, 2, 3])).toEqual([1, 2]);
  });
});

describe("the small map of a proposal", () => {
  it("tells neighbours apart and marks what moves", () => {
    const here = city();
    const zones = [...here.zoneOf];
    zones[4] = 3;
    const proposal = { number: 1, assignment: { units: [...here.ids], zones } } as unknown as Proposal;
    const painted = paintedBy(here, proposal, 8);
    expect(painted.filter((one) => one.moved).map((one) => one.unit)).toEqual([4]);
    const colour = new Map(painted.map((one) => [one.unit, one.colour]));
    here.data.edges.a.forEach((a, edge) => {
      const b = here.data.edges.b[edge]!;
      expect(colour.get(a) === colour.get(b)).toBe(zones[a] === zones[b]);
    });
  });
});
