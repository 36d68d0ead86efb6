import { describe, expect, it } from "vitest";
import { along, waysOf } from "../../src/planner/along";

const [x, y] = [120.4, 36.1];
const at = (column: number, row: number): [number, number] => [Number((x + column * 0.001).toFixed(7)), Number((y + row * 0.001).toFixed(7))];

describe("along", () => {
  // A street round two blocks; between them nothing runs.
  const lines = [
    [at(0, 0), at(1, 0), at(2, 0)],
    [at(2, 0), at(2, 2)],
    [at(0, 0), at(0, 2), at(2, 2)],
    [at(0, 1), at(2, 1)],
  ];

  it("goes the shortest way along streets", () => {
    const ways = waysOf(lines, [2, 3, 2, 2]);
    expect(along(ways, at(1, 0), at(2, 2))).toEqual([at(1, 0), at(2, 0), at(2, 2)]);
  });

  it("takes the corner next to a place, and none that is far", () => {
    const ways = waysOf(lines, [2, 3, 2, 2]);
    expect(along(ways, [at(1, 0)[0] + 1e-4, at(1, 0)[1] - 1e-4], at(2, 0))).toEqual([at(1, 0), at(2, 0)]);
    expect(along(ways, [x + 0.1, y], at(2, 0))).toBeNull();
  });

  it("keeps to streets, railways and water", () => {
    const ways = waysOf(lines, [2, 1, 2, 0]);
    expect(along(ways, at(2, 0), at(2, 2))).toEqual([at(2, 0), at(1, 0), at(0, 0), at(0, 2), at(2, 2)]);
    expect(along(waysOf(lines, [2, 1, 1, 0]), at(0, 0), at(2, 2))).toBeNull();
  });
});
