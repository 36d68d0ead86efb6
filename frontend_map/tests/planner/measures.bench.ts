/** What a step costs in the browser, in a city of 10,000 units and 833 grids: `npx vitest bench --run`. */
import { bench, describe } from "vitest";
import { problems, rowOf } from "../../src/planner/balance";
import { colouring, recolour } from "../../src/planner/colouring";
import { Draft } from "../../src/planner/measures";
import { squareCity } from "./square_city";

const BAND = { min: 300, max: 500 };
const city = squareCity({ columns: 100, rows: 100, block: 4, households: (unit) => 10 + ((unit * 37) % 41) });
const draft = new Draft(city);
const colours = colouring(draft);
const rows = draft.numbers().flatMap((zone) => rowOf(draft, zone, BAND) ?? []);
let there = false;

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
  bench("the list of problems of all grids", () => void problems(draft, rows));
});
