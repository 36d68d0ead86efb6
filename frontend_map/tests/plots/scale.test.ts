import { describe, expect, it } from "vitest";
import { peak } from "../../src/plots/HourWeek";
import { HEATS, heatOf, heatSteps, labelled, largest, ticks } from "../../src/plots/scale";

describe("axes", () => {
  it.each([[1, [0, 1]], [7, [0, 5, 10]], [23, [0, 10, 20, 30]], [1234, [0, 500, 1000, 1500]]])("of at most %d end at round numbers", (most, expected) => {
    expect(ticks(most, 3)).toEqual(expected);
  });

  it("carry no more labels than fit", () => {
    expect([...labelled(30, 8)]).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
    expect(labelled(5, 8).size).toBe(5);
  });
});

describe("classes of a heat plot", () => {
  it("keep nothing apart from little, and the most in the last class", () => {
    expect(heatOf(0, 100)).toBe(0);
    expect(heatOf(1, 100)).toBe(1);
    expect(heatOf(100, 100)).toBe(HEATS);
    expect(heatOf(3, 0)).toBe(0);
  });

  it.each([1, 4, 37, 1000])("agree with the legend for a largest value of %d", (most) => {
    for (const from of heatSteps(most)) {
      expect(from).toBeLessThanOrEqual(most);
      if (from > 1) expect(heatOf(from, most)).toBeGreaterThan(heatOf(from - 1, most));
    }
  });

  it("find the busiest hour", () => {
    expect(peak([[0, 2], [7, 1]])).toEqual([1, 0]);
    expect(peak([[0, 0]])).toBeNull();
  });
});

describe("bars", () => {
  it("show the largest and sum up the rest", () => {
    const rows = [3, 9, 1, 5, 2].map((count) => ({ count }));
    expect(largest(rows, 2)).toEqual({ shown: [{ count: 9 }, { count: 5 }], rest: 6, restRows: 3 });
    // One row left over takes no more room than saying so.
    expect(largest(rows, 4)).toMatchObject({ rest: 0, restRows: 0 });
  });
});
