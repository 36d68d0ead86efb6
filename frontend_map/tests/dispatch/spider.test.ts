import { describe, expect, it } from "vitest";
import { atOnePlace, legs } from "../../src/map/spider";

describe("incidents at one place", () => {
  it.each([2, 3, 9, 10, 40])("%i symbols are far enough from each other and from the place", (n) => {
    const places = legs(n);
    expect(places).toHaveLength(n);
    for (const [x, y] of places) expect(Math.hypot(x, y)).toBeGreaterThan(30);
    for (let a = 0; a < n; a++)
      for (let b = 0; b < a; b++) expect(Math.hypot(places[a]![0] - places[b]![0], places[a]![1] - places[b]![1])).toBeGreaterThan(20);
  });

  it("what is found twice, from two tiles, is one; what lies apart is left out", () => {
    const found = [
      { number: "1", x: 10, y: 10 },
      { number: "2", x: 11, y: 10 },
      { number: "1", x: 10, y: 10 },
      { number: "3", x: 18, y: 10 },
    ];
    expect(atOnePlace(found, 3).map((one) => one.number)).toEqual(["1", "2"]);
    expect(atOnePlace([], 3)).toEqual([]);
  });
});
