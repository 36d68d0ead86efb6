import { describe, expect, it } from "vitest";
import { areaOf } from "../../src/dispatch/tasks";

describe("the area of a task", () => {
  it("is ground within three corners or more", () => {
    expect(areaOf([[120, 36], [120.1, 36]], null)).toBeNull();
    const found = areaOf([[120, 36], [120.1, 36], [120.1, 36.1]], null);
    expect(found).toEqual({ polygon: { type: "Polygon", coordinates: [[[120, 36], [120.1, 36], [120.1, 36.1], [120, 36]]] } });
  });

  it("is so many metres to both sides of a line, or round a point", () => {
    expect(areaOf([[120.123456789, 36], [120.2, 36]], 50)).toEqual({ buffer: { radius_m: 50, line: [[120.1234568, 36], [120.2, 36]] } });
    expect(areaOf([[120, 36]], 300)).toEqual({ buffer: { radius_m: 300, line: [[120, 36]] } });
    expect(areaOf([], 50)).toBeNull();
    expect(areaOf([[120, 36]], Number.NaN)).toBeNull();
  });
});
