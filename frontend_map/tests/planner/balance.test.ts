import { describe, expect, it } from "vitest";
import { balanceOf, deviation, histogram, problems, rowOf, sorted, type Row } from "../../src/planner/balance";
import { COLOURS, colouring, recolour } from "../../src/planner/colouring";
import { Draft } from "../../src/planner/measures";
import { sequence, squareCity } from "./square_city";

const BAND = { min: 300, max: 500 };
const sizes = [250, 300, 400, 500, 620];
const draft = (): Draft => new Draft(squareCity({ columns: 5, rows: 1, block: 1, households: (unit) => sizes[unit]! }));
const rows = (of: Draft): Row[] => of.numbers().flatMap((zone) => rowOf(of, zone, BAND) ?? []);

describe("the band", () => {
  it("has both its ends inside", () => {
    expect(sizes.map((size) => deviation(size, BAND))).toEqual([-50, 0, 0, 0, 120]);
    expect(sizes.map((size) => balanceOf(size, BAND, false))).toEqual(["below", "in", "in", "in", "above"]);
    expect(balanceOf(620, BAND, true)).toBe("exempt");
  });

  it("sorts the worst first, then by code", () => {
    const by = (order: Parameters<typeof sorted>[1]): number[] => sorted(rows(draft()), order).map((row) => row.number);
    expect(by({ by: "deviation", down: true })).toEqual([5, 1, 2, 3, 4]);
    expect(by({ by: "households", down: false })).toEqual([1, 2, 3, 4, 5]);
    expect(by({ by: "grid", down: true })).toEqual([5, 4, 3, 2, 1]);
  });
});

describe("the histogram", () => {
  it("counts each grid once, and no bar is half inside the band", () => {
    const bars = histogram(sizes, BAND);
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(sizes.length);
    expect(bars.filter((bar) => bar.balance === "in").map((bar) => [bar.from, bar.to, bar.count])).toEqual([
      [300, 349, 1],
      [350, 399, 0],
      [400, 449, 1],
      [450, 500, 1],
    ]);
    expect(bars.filter((bar) => bar.balance === "below").reduce((sum, bar) => sum + bar.count, 0)).toBe(1);
    expect(histogram([], BAND)).toEqual([]);
  });

  it("covers any size without a gap", () => {
    const next = sequence(7);
    const many = Array.from({ length: 300 }, () => Math.floor(next() * 1500));
    const bars = histogram(many, { min: 210, max: 333 });
    expect(bars.slice(1).every((bar, at) => bar.from === bars[at]!.to + 1)).toBe(true);
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(many.length);
  });
});

describe("problems", () => {
  it("come worst first: land in no grid, grids in pieces, over borders of communities, too large, too small", () => {
    const city = squareCity({ columns: 5, rows: 1, block: 1, households: (unit) => sizes[unit]!, community: (column) => (column === 1 ? 1 : 0) });
    const here = new Draft(city);
    expect(problems(here, rows(here)).map((one) => [one.code, one.zone, one.weight])).toEqual([
      ["above_band", 5, 120],
      ["below_band", 1, 50],
    ]);
    here.move([1], 4);
    expect(problems(here, rows(here)).map((one) => [one.code, one.zone])).toEqual([
      ["not_connected", 4],
      ["crosses_community", 4],
      ["above_band", 4],
      ["above_band", 5],
      ["below_band", 1],
    ]);
    // Zones of other layers may cross them.
    expect(problems(here, rows(here), false).map((one) => one.code)).not.toContain("crosses_community");
    here.move([0], 0);
    expect(problems(here, rows(here))[0]).toEqual({ code: "unassigned", zone: 0, weight: 1 });
  });

  it("leave dedicated grids out of the band, but not out of the rest", () => {
    const here = draft();
    here.zones.set(5, { ...here.zones.get(5)!, exempt: true });
    expect(problems(here, rows(here)).map((one) => one.zone)).toEqual([1]);
  });
});

describe("colours", () => {
  const clash = (here: Draft, colours: ReadonlyMap<number, number>): number =>
    here.numbers().filter((zone) => [...here.neighbourZones(zone)].some((other) => colours.get(other) === colours.get(zone))).length;

  it("tell neighbours apart, and few are needed", () => {
    const here = new Draft(squareCity({ columns: 30, rows: 30, block: 3 }));
    const colours = colouring(here);
    expect(clash(here, colours)).toBe(0);
    expect(Math.max(...colours.values())).toBeLessThan(COLOURS);
  });

  it("change only where a move made two neighbours alike", () => {
    const here = new Draft(squareCity({ columns: 9, rows: 9, block: 3 }));
    const colours = colouring(here);
    colours.set(1, colours.get(2)!);
    expect(recolour(here, colours, [3])).toEqual(colours.get(3) === colours.get(2) ? [3] : []);
    expect(recolour(here, colours, [1])).toEqual([1]);
    expect(clash(here, colours)).toBe(0);
  });
});
