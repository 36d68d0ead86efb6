/** What a step costs in the browser, in a city of 10,000 units and 833 grids: `npx vitest bench --run`. */
import { bench, describe } from "vitest";
import { problems, rowOf } from "../../src/planner/balance";
import { colouring, recolour } from "../../src/planner/colouring";
import { Draft } from "../../src/planner/measures";
import type { CutUnit, NewBorders } from "../../src/api/plans";
import { placeInside } from "../../src/planner/geometry";
import { grown, sharedLine } from "../../src/planner/grow";
import { squareCity, squareShapes } from "./square_city";

const BAND = { min: 300, max: 500 };
const city = squareCity({ columns: 100, rows: 100, block: 4, households: (unit) => 10 + ((unit * 37) % 41) });
const draft = new Draft(city);
const colours = colouring(draft);
const rows = draft.numbers().flatMap((zone) => rowOf(draft, zone, BAND) ?? []);
let there = false;

// A unit in the middle of the city in a western and an eastern half.
const MIDDLE = 5050;
const shapes = squareShapes(100, 100);
const places = shapes.map(placeInside);
const lines = city.edges.a.map((a, edge) => sharedLine(shapes[a]!, shapes[city.edges.b[edge]!]!));
const ring = shapes[MIDDLE]!.coordinates[0] as [number, number][];
const [west, east] = [Math.min(...ring.map(([x]) => x)), Math.max(...ring.map(([x]) => x))];
const [south, north] = [Math.min(...ring.map(([, y]) => y)), Math.max(...ring.map(([, y]) => y))];
const half = (unit: number, from: number, to: number): CutUnit["pieces"][number] => ({
  unit, code: `piece-${unit}`, community: city.communities[0]!.code, households: 5, residents: 0, buildings: 0, incidents_year: 0, facilities: 0,
  area_m2: 5_000, perimeter_m: 300, zone: 1, base_zone: 1,
  geometry: { type: "Polygon", coordinates: [[[from, south], [to, south], [to, north], [from, north], [from, south]]] },
});
const cut: CutUnit[] = [{ unit: city.units.id[MIDDLE]!, pieces: [half(1e6, west, (west + east) / 2), half(1e6 + 1, (west + east) / 2, east)] }];
const next = (by: number): number => city.units.id[MIDDLE + by]!;
const borders: NewBorders = {
  a: [next(-1), 1e6 + 1, 1e6, next(-100), next(-100), next(100), next(100)],
  b: [1e6, next(1), 1e6 + 1, 1e6, 1e6 + 1, 1e6, 1e6 + 1],
  length_m: [100, 100, 100, 50, 50, 50, 50], barrier: [0, 0, 0, 0, 0, 0, 0], joined: [true, true, true, true, true, true, true],
};

describe("10,000 units", () => {
  bench("reading the plan", () => void new Draft(city));
  bench("colouring all grids", () => void colouring(draft));
  bench("one unit moves: sums, connection, colours of both grids", () => {
    there = !there;
    const touched = draft.move([3], there ? 2 : 1);
    for (const zone of touched.zones) rowOf(draft, zone, BAND);
    recolour(draft, colours, touched.zones);
  });
  bench("a grid of 16 units joins its neighbour", () => {
    there = !there;
    const units = [0, 1, 2, 3].flatMap((row) => [0, 1, 2, 3].map((column) => (40 + row) * 100 + 40 + column));
    const touched = draft.move(units, there ? 262 : 261);
    for (const zone of touched.zones) rowOf(draft, zone, BAND);
    recolour(draft, colours, touched.zones);
  });
  bench("a unit is cut in two: units, borders and shapes after it", () => {
    const { data, read } = grown(city, { units: shapes, places, edges: lines }, cut, borders);
    void new Draft(data);
    void read;
  });
  bench("the list of problems of all grids", () => void problems(draft, rows));
});
