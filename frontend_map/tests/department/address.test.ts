import { describe, expect, it } from "vitest";
import { readArea, writeArea, type Area } from "../../src/department/address";
import { BOXES, boxOf, inBox } from "../../src/department/boxes";
import { areaBody, withZone, zoneQuestion } from "../../src/department/query";
import { NO_FILTER } from "../../src/dispatch/address";

const AREAS: Area[] = [
  { kind: "polygon", corners: [[120.4, 36.1], [120.41, 36.1], [120.41, 36.123456]] },
  { kind: "road", id: "R-000812", metres: 100 },
  { kind: "facility", code: "3702120106000123", metres: 300 },
  { kind: "zones", zones: [{ layer: "community", code: "370212001002" }, { layer: "fire", code: "37021200100100100105" }] },
];

describe("an area as part of a link", () => {
  it.each(AREAS)("comes back unchanged: $kind", (area) => {
    expect(readArea(writeArea(area))).toEqual(area);
  });

  it.each(["", "moon:1", "road:1", "road:1:5", "road:1:100000", "road:1:10.5", "facility:a b:100", "zones:x", "zones:a/b/c", "polygon:1,2;3,4", "polygon:1,2;3,4;5,95", "polygon:1,2;3,4;,"])("is nothing where it is malformed: %s", (text) => {
    expect(readArea(text)).toBeNull();
  });

  it("becomes the question of the server, with a closed ring", () => {
    expect(areaBody(AREAS[0]!)).toEqual({ polygon: { type: "Polygon", coordinates: [[[120.4, 36.1], [120.41, 36.1], [120.41, 36.123456], [120.4, 36.1]]] } });
    expect(areaBody(AREAS[1]!)).toEqual({ road: "R-000812", buffer_m: 100 });
    expect(areaBody(AREAS[2]!)).toEqual({ facility: "3702120106000123", buffer_m: 300 });
  });

  it("looks back whole days of the city, today among them", () => {
    const question = zoneQuestion(AREAS[1]!, 7, new Date("2026-11-27T17:00:00Z"));
    expect(question.from).toBe("2026-11-22T00:00:00+08:00");
  });

  it("takes a zone in and out again", () => {
    const zone = { layer: "base_grid", code: "370212001002003" };
    const one = withZone(null, zone);
    expect(one).toEqual({ kind: "zones", zones: [zone] });
    expect(withZone(one, { layer: "fire", code: "370212001002003" })).toMatchObject({ zones: [zone, { layer: "fire" }] });
    expect(withZone(one, zone)).toBeNull();
    expect(withZone(AREAS[0]!, zone)).toEqual({ kind: "zones", zones: [zone] });
  });
});

describe("the boxes of a department", () => {
  it.each(BOXES)("are told by their filter: %s", (box) => {
    expect(boxOf(inBox({ ...NO_FILTER, find: "海尔路", organisation: "LS-XF" }, box))).toBe(box);
  });

  it("leave the rest of the filter alone", () => {
    const filter = inBox({ ...NO_FILTER, find: "海尔路", urgent: true }, "overdue");
    expect(filter).toMatchObject({ find: "海尔路", urgent: true, clocks: ["overdue"] });
    expect(inBox(filter, "open")).toEqual({ ...NO_FILTER, find: "海尔路", urgent: true });
  });

  it("are none of them where somebody chose otherwise", () => {
    expect(boxOf({ ...NO_FILTER, clocks: ["overdue", "due_soon"] })).toBeNull();
    expect(boxOf({ ...NO_FILTER, states: ["filed"] })).toBeNull();
  });
});
