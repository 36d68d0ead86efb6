import { describe, expect, it } from "vitest";
import { Draft, NOWHERE, compactness, type ZoneMeasures } from "../../src/planner/measures";
import { sequence, squareCity } from "./square_city";

const BAND = { min: 300, max: 500 };

/** The same figures from nothing but the assignment, the slow way. */
function anew(draft: Draft): Draft {
  const { units } = draft.data;
  return new Draft({ ...draft.data, units: { ...units, zone: [...draft.zoneOf] } });
}

function figures(draft: Draft): ZoneMeasures[] {
  return draft.numbers().map((zone) => draft.measure(zone, BAND));
}

const rounded = (all: readonly ZoneMeasures[]): unknown[] =>
  all.map((one) => ({ ...one, area: Math.round(one.area), compactness: one.compactness.toFixed(9), followed: one.followed?.toFixed(9) ?? null }));

describe("figures of a grid", () => {
  it("are those of its units: sums, and shape from areas and lengths", () => {
    const draft = new Draft(squareCity({ columns: 8, rows: 8, block: 4 }));
    const one = draft.measure(1, BAND);
    expect(one).toMatchObject({ units: 16, households: 400, residents: 1200, buildings: 16, incidents: 32, facilities: 64, inBand: true, connected: true, insideCommunity: true });
    // A square of 400 m: π/4.
    expect(one.compactness).toBeCloseTo(Math.PI / 4, 9);
  });

  it("count borders along streets and water, towards other grids only", () => {
    const street = (a: number, b: number): number => (Math.min(a, b) % 8 === 3 && b === a + 1 ? 3 : 0);
    const draft = new Draft(squareCity({ columns: 8, rows: 8, block: 4, barrier: street }));
    // 400 m towards the east along a road, 400 m towards the south along nothing.
    expect(draft.measure(1, BAND).followed).toBeCloseTo(0.5, 9);
    const alone = new Draft(squareCity({ columns: 4, rows: 4, block: 4 }));
    expect(alone.measure(1, BAND).followed).toBeNull();
  });

  it("hold both ends of the band, and an empty grid is in none", () => {
    const draft = new Draft(squareCity({ columns: 2, rows: 1, block: 1, households: (unit) => (unit === 0 ? 300 : 500) }));
    expect(figures(draft).map((one) => one.inBand)).toEqual([true, true]);
    draft.move([0], 2);
    expect(draft.measure(1, { min: 0, max: 500 })).toMatchObject({ units: 0, inBand: false, connected: true, compactness: 0 });
  });

  it("do not count land in no grid", () => {
    const data = squareCity({ columns: 4, rows: 1, block: 2 });
    data.units.zone[0] = null;
    const draft = new Draft(data);
    expect(draft.sumsOf(NOWHERE).units.size).toBe(1);
    expect(draft.measure(1, BAND)).toMatchObject({ units: 1, households: 25, before: 25, movedOut: 0 });
    expect(draft.movedHouseholds).toBe(0);
    expect(compactness(1, 0)).toBe(0);
  });
});

describe("a grid holds together", () => {
  it("by borders that join, not by those that do not", () => {
    const river = (a: number, b: number): boolean => !(a % 4 === 1 && b === a + 1);
    const draft = new Draft(squareCity({ columns: 4, rows: 2, block: 4, joined: river }));
    expect(draft.isConnected(1)).toBe(false);
    expect(draft.partOf(0).size).toBe(4);
  });

  it("or falls apart when its middle is taken, and is whole again when that comes back", () => {
    const draft = new Draft(squareCity({ columns: 3, rows: 2, block: 3, households: () => 60 }));
    draft.zones.set(2, { ...draft.zones.get(1)!, number: 2 });
    expect(draft.isConnected(1)).toBe(true);
    draft.move([1, 4], 2);
    expect(draft.isConnected(1)).toBe(false);
    draft.move([1, 4], 1);
    expect(draft.isConnected(1)).toBe(true);
  });
});

describe("a move", () => {
  it("tells what it touched, and nothing else", () => {
    const draft = new Draft(squareCity({ columns: 8, rows: 8, block: 4 }));
    const touched = draft.move([3, 0], 2);
    expect(touched.units).toEqual([3, 0]);
    expect([...touched.zones].toSorted()).toEqual([1, 2]);
    expect(touched.edges.every((edge) => [draft.data.edges.a[edge], draft.data.edges.b[edge]].some((unit) => unit === 3 || unit === 0))).toBe(true);
    expect(draft.move([3], 2).units).toEqual([]);
  });

  it("counts households that leave and come, and forgets them when they return", () => {
    const draft = new Draft(squareCity({ columns: 8, rows: 8, block: 4 }));
    draft.move([3], 2);
    expect(draft.measure(1, BAND)).toMatchObject({ households: 375, before: 400, movedOut: 25, movedIn: 0 });
    expect(draft.measure(2, BAND)).toMatchObject({ households: 425, before: 400, movedOut: 0, movedIn: 25 });
    expect([draft.movedHouseholds, draft.movedUnits]).toEqual([25, 1]);
    draft.move([3], 1);
    expect([draft.movedHouseholds, draft.movedUnits]).toEqual([0, 0]);
  });

  it("know what the grid had in the edition the plan starts from, whatever moved, and not the land that was cut", () => {
    const draft = new Draft(squareCity({ columns: 8, rows: 8, block: 4 }));
    const before = { residents: 1200, buildings: 16, incidents: 32, facilities: 64 };
    draft.move([0, 1, 8], 2);
    draft.move([4], 1);
    expect(draft.measure(1, BAND)).toMatchObject({ residents: 1050, buildings: 14, incidents: 28, facilities: 56 });
    expect(draft.baseOfZone(1)).toEqual(before);
    draft.move([0], NOWHERE);
    expect(draft.baseOfZone(1)).toEqual({ residents: 1125, buildings: 15, incidents: 30, facilities: 60 });
  });

  it.each([1, 2, 3, 4, 5])("after any number of moves leaves what counting anew would give (seed %i)", (seed) => {
    const next = sequence(seed);
    const draft = new Draft(
      squareCity({
        columns: 12,
        rows: 9,
        block: 3,
        households: (unit) => (unit * 37) % 91,
        community: (column) => (column < 6 ? 0 : 1),
        joined: (a, b) => (a * 7 + b) % 11 !== 0,
        barrier: (a, b) => (a + b) % 6,
      }),
    );
    for (let step = 0; step < 40; step++) {
      const units = Array.from({ length: 1 + Math.floor(next() * 5) }, () => Math.floor(next() * draft.size));
      draft.move(units, next() < 0.05 ? NOWHERE : 1 + Math.floor(next() * 12));
    }
    expect(rounded(figures(draft))).toEqual(rounded(figures(anew(draft))));
    expect(draft.movedHouseholds).toBe(anew(draft).movedHouseholds);
  });
});
