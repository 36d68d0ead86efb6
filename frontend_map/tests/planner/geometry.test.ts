import { describe, expect, it } from "vitest";
import { boundsOf, isInside, neighbourTowards, placeInside, pointsAlong, snap, type Shape } from "../../src/planner/geometry";
import { letterOf, toolOf, TOOL, TOOLS } from "../../src/planner/tools";
import { composing } from "../../src/planner/keys";
import { squareShapes } from "./square_city";

describe("a place inside", () => {
  it("is inside, also of a shape whose middle is not", () => {
    const horseshoe: Shape = { type: "Polygon", coordinates: [[[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]]] };
    const ring: Shape = { type: "Polygon", coordinates: [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]] };
    for (const shape of [horseshoe, ring, ...squareShapes(3, 2)]) expect(isInside(placeInside(shape), shape)).toBe(true);
    expect(isInside([2, 2], ring)).toBe(false);
    expect(boundsOf([horseshoe, ring])).toEqual([0, 0, 4, 4]);
    expect(boundsOf([])).toBeNull();
  });
});

describe("the cursor", () => {
  const around = [
    { unit: 1, place: [120.01, 36] },
    { unit: 2, place: [120.006, 36.008] },
    { unit: 3, place: [119.99, 36.001] },
    { unit: 4, place: [120, 35.98] },
  ];
  it("goes to the neighbour that lies most in the direction", () => {
    const to = (direction: "left" | "right" | "up" | "down"): number | null => neighbourTowards([120, 36], around, direction);
    expect([to("right"), to("up"), to("left"), to("down")]).toEqual([1, 2, 3, 4]);
  });

  it("stays where nothing lies there", () => {
    expect(neighbourTowards([120, 36], around.slice(0, 1), "left")).toBeNull();
  });
});

describe("a drawn point", () => {
  const ring: [number, number][] = [[0, 0], [100, 0], [100, 100], [0, 0]];
  it("snaps to the nearest corner, else to a side, else nowhere", () => {
    expect(snap([96, 3], [ring], 10)).toEqual({ ring: 0, vertex: 1, share: 0 });
    expect(snap([50, 4], [ring], 10)).toEqual({ ring: 0, vertex: 0, share: 0.5 });
    expect(snap([40, -40], [ring], 10)).toBeNull();
  });

  it("prefers a corner to a side that is nearer", () => {
    expect(snap([92, 1], [ring], 10)).toMatchObject({ vertex: 1, share: 0 });
  });
});

describe("points along a line", () => {
  it("lie on it, evenly", () => {
    expect(pointsAlong([[0, 0], [4, 0], [4, 4]], 2)).toEqual([[1, 0], [3, 0], [4, 1], [4, 3]]);
  });
});

describe("keys", () => {
  it("are one letter per tool", () => {
    expect(new Set(TOOLS.map((tool) => TOOL[tool].key)).size).toBe(TOOLS.length);
    for (const tool of TOOLS) expect(toolOf(TOOL[tool].key.toLowerCase())).toBe(tool);
  });

  it("are known by their place where the layout has other letters, and by their letter where it has these", () => {
    expect(letterOf({ key: "s", code: "KeyO" })).toBe("s");
    expect(letterOf({ key: "ы", code: "KeyS" })).toBe("s");
    expect(letterOf({ key: "[", code: "KeyS" })).toBe("[");
  });

  it("of an input method are not ours", () => {
    expect(composing({ isComposing: true, keyCode: 83 })).toBe(true);
    expect(composing({ isComposing: false, keyCode: 229 })).toBe(true);
    expect(composing({ isComposing: false, keyCode: 83 })).toBe(false);
  });
});
