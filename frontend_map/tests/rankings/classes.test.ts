import { describe, expect, it } from "vitest";
import { CHANGE_COLOURS, VALUE_COLOURS, changeClasses, classOf, classesOf } from "../../src/rankings/classes";

describe("classes of a choropleth", () => {
  it("hold about equally many values, and every value once", () => {
    const values = Array.from({ length: 50 }, (_, n) => n);
    const classes = classesOf(values);
    expect(classes.map((one) => one.count)).toEqual([10, 10, 10, 10, 10]);
    expect(classes.map((one) => one.colour)).toEqual([...VALUE_COLOURS]);
    expect(classes[0]?.from).toBe(0);
    expect(classes.at(-1)?.to).toBe(49);
  });

  it("never part equal values, and are fewer where there are few", () => {
    expect(classesOf([1, 1, 1, 1, 1])).toHaveLength(1);
    const classes = classesOf([0, 0, 0, 0, 0, 0, 7, 9]);
    expect(classes.reduce((sum, one) => sum + one.count, 0)).toBe(8);
    expect(new Set(classes.map((one) => one.from)).size).toBe(classes.length);
    expect(classesOf([])).toEqual([]);
  });

  it.each([
    [[3], 3],
    [[1, 2, 3, 4, 5, 6], 6],
    [[1, 2, 3, 4, 5, 6], 1],
  ])("of %j one is that of %d", (values, value) => {
    const classes = classesOf(values);
    const found = classOf(classes, value)!;
    expect(value).toBeGreaterThanOrEqual(found.from);
    expect(value).toBeLessThanOrEqual(found.to);
  });

  it("of change are the same whatever the values, less and more apart", () => {
    const classes = changeClasses([-0.5, -0.1, 0, 0.04, 0.05, 3], false);
    expect(classes.map((one) => one.count)).toEqual([1, 1, 2, 1, 1]);
    expect(classes.map((one) => one.colour)).toEqual([...CHANGE_COLOURS]);
    expect(classOf(classes, -0.25)?.colour).toBe(CHANGE_COLOURS[1]);
    expect(changeClasses([-0.04, 0.02], true).map((one) => one.count)).toEqual([0, 1, 0, 1, 0]);
  });

  it("keep apart what no colour vision mixes up: lightness falls from class to class", () => {
    const lightness = VALUE_COLOURS.map((colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).reduce((sum, part, n) => sum + part * [0.21, 0.72, 0.07][n]!, 0));
    for (let n = 1; n < lightness.length; n++) expect(lightness[n - 1]! - lightness[n]!).toBeGreaterThan(20);
  });
});
