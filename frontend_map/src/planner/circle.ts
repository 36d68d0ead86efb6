/** The smallest circle round a grid, and how much of it the grid fills (Reock). Pure. */
import { ringsOf, stretch, type Shape } from "./geometry";

type Point = readonly [number, number];
interface Circle {
  x: number;
  y: number;
  r: number;
}

/** A hair more than the radius: points on the circle are in it. */
const HAIR = 1 + 1e-9;
/** Metres of a degree of latitude, on a sphere as large as the ellipsoid. */
const DEGREE_M = 111_195;

const holds = (circle: Circle, [x, y]: Point): boolean => Math.hypot(x - circle.x, y - circle.y) <= circle.r * HAIR;

const ofTwo = ([ax, ay]: Point, [bx, by]: Point): Circle => ({ x: (ax + bx) / 2, y: (ay + by) / 2, r: Math.hypot(ax - bx, ay - by) / 2 });

/** Through three points; of points on a line, the circle of the two farthest. */
function ofThree(a: Point, b: Point, c: Point): Circle {
  const [bx, by, cx, cy] = [b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]];
  const twice = 2 * (bx * cy - by * cx);
  if (twice === 0) return [ofTwo(a, b), ofTwo(a, c), ofTwo(b, c)].reduce((most, one) => (one.r > most.r ? one : most));
  const [b2, c2] = [bx * bx + by * by, cx * cx + cy * cy];
  const [x, y] = [(cy * b2 - by * c2) / twice, (bx * c2 - cx * b2) / twice];
  return { x: a[0] + x, y: a[1] + y, r: Math.hypot(x, y) };
}

/** Grown from point to point; those that were outside come first, so that few have to be looked at again. */
export function smallestCircle(points: readonly Point[]): Circle {
  let circle: Circle = { x: points[0]?.[0] ?? 0, y: points[0]?.[1] ?? 0, r: 0 };
  for (let i = 1; i < points.length; i++) {
    if (holds(circle, points[i]!)) continue;
    circle = { x: points[i]![0], y: points[i]![1], r: 0 };
    for (let j = 0; j < i; j++) {
      if (holds(circle, points[j]!)) continue;
      circle = ofTwo(points[i]!, points[j]!);
      for (let k = 0; k < j; k++) if (!holds(circle, points[k]!)) circle = ofThree(points[i]!, points[j]!, points[k]!);
    }
  }
  return circle;
}

/** Area over that of the smallest circle round shapes; null without any. Lengths as in the middle of the shapes. */
export function reock(shapes: readonly Shape[], area: number): number | null {
  const corners = shapes.flatMap((shape) => ringsOf(shape).flat());
  if (corners.length === 0) return null;
  const wide = DEGREE_M * stretch(corners.reduce((sum, at) => sum + at[1]!, 0) / corners.length);
  const [lon, lat] = [corners[0]![0]!, corners[0]![1]!];
  // In an order of its own: borders are walked corner by corner, which would be the slowest of all.
  const points = corners.map((at): Point => [(at[0]! - lon) * wide, (at[1]! - lat) * DEGREE_M]);
  for (let at = points.length - 1, seed = 1; at > 0; at--) {
    seed = (seed * 48_271) % 2_147_483_647;
    const other = seed % (at + 1);
    [points[at], points[other]] = [points[other]!, points[at]!];
  }
  const { r } = smallestCircle(points);
  return r > 0 ? Math.min(1, area / (Math.PI * r * r)) : null;
}
