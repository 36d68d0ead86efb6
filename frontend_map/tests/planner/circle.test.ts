import { expect, test } from "vitest";
import { reock, smallestCircle } from "../../src/planner/circle";
import type { Shape } from "../../src/planner/geometry";

test("the smallest circle holds all points, and stands on two or three of them", () => {
  let seed = 7;
  const drawn = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 200; round++) {
    const points = Array.from({ length: 2 + (round % 9) }, (): [number, number] => [drawn(), drawn()]);
    const { x, y, r } = smallestCircle(points);
    const distances = points.map(([px, py]) => Math.hypot(px - x, py - y));
    expect(Math.max(...distances)).toBeCloseTo(r, 7);
    // No smaller one: the points on it do not all lie in one half.
    const on = points.filter((_, at) => distances[at]! > r - 1e-7).map(([px, py]) => Math.atan2(py - y, px - x)).toSorted((a, b) => a - b);
    const gaps = on.map((angle, at) => (on[at + 1] ?? on[0]! + 2 * Math.PI) - angle);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.PI + 1e-6);
  }
});

test("points on a line and equal points have a circle, too", () => {
  expect(smallestCircle([[0, 0], [2, 0], [1, 0], [1, 0]])).toEqual({ x: 1, y: 0, r: 1 });
  expect(smallestCircle([[3, 4], [3, 4]]).r).toBe(0);
});

test("a square fills two thirds of its circle, wherever its degrees are narrow", () => {
  const [lon, lat, half] = [120.5, 36.1, 500];
  const [dx, dy] = [half / (111_195 * Math.cos((lat * Math.PI) / 180)), half / 111_195];
  const square: Shape = { type: "Polygon", coordinates: [[[lon - dx, lat - dy], [lon + dx, lat - dy], [lon + dx, lat + dy], [lon - dx, lat + dy], [lon - dx, lat - dy]]] };
  expect(reock([square], 1_000_000)).toBeCloseTo(2 / Math.PI, 3);
  expect(reock([], 0)).toBeNull();
});
