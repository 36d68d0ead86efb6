import { describe, expect, it } from "vitest";
import { chips } from "../src/state/chips";
import { DEFAULT_FILTER, type ListFilter } from "../src/state/url";

const every: ListFilter = { states: ["open"], zone: { layer: "police", code: "P1" }, period: "7d", inView: true };

describe("chips", () => {
  it("show each filter that is on", () => {
    expect(chips(every).map((chip) => chip.id)).toEqual(["state", "zone", "period", "view"]);
    expect(chips(DEFAULT_FILTER).map((chip) => chip.id)).toEqual(["state"]);
    expect(chips({ ...DEFAULT_FILTER, states: [] })).toEqual([]);
  });

  it("take away their own filter and nothing else", () => {
    const without = Object.fromEntries(chips(every).map((chip) => [chip.id, chip.without]));
    expect(without["zone"]).toEqual({ ...every, zone: null });
    expect(without["state"]).toEqual({ ...every, states: [] });
    expect(chips(without["view"]!).map((chip) => chip.id)).toEqual(["state", "zone", "period"]);
  });
});
