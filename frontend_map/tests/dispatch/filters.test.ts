import { describe, expect, it } from "vitest";
import { NO_FILTER, filterOf, filterText, type DeskFilter } from "../../src/dispatch/address";
import { deskChips, isPlain, toggled } from "../../src/dispatch/chips";
import { filterQuery, listQuery } from "../../src/dispatch/question";
import { readSaved, withSaved } from "../../src/dispatch/saved";

const full: DeskFilter = {
  ...NO_FILTER,
  states: ["filed", "dispatched"],
  clocks: ["overdue"],
  urgent: true,
  levels: ["street"],
  zone: { layer: "community", code: "370212001001" },
  from: "2026-11-01T16:00Z",
  to: "2026-11-02T16:00Z",
  find: " 海尔路 ",
  inView: true,
};

describe("chips of the desk", () => {
  it("stand for every filter, one for each value, and take only that one away", () => {
    const chips = deskChips(full);
    expect(chips.map((one) => one.id)).toEqual(["state", "state", "clock", "urgent", "level", "zone", "time", "find", "view"]);
    expect(chips[0]!.without.states).toEqual(["dispatched"]);
    expect(chips.find((one) => one.id === "time")!.without).toEqual({ ...full, from: null, to: null });
    let left = full;
    while (deskChips(left).length > 0) left = deskChips(left)[0]!.without;
    expect(left).toEqual({ ...NO_FILTER, states: [] });
  });

  it("know the filter that is none", () => {
    expect(isPlain(NO_FILTER)).toBe(true);
    expect(isPlain(full)).toBe(false);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  });
});

describe("the question to the server", () => {
  it("names only what was chosen", () => {
    expect(filterQuery(NO_FILTER)).toEqual({ state: ["open"] });
    expect(filterQuery(full)).toEqual({
      state: ["filed", "dispatched"],
      clock: ["overdue"],
      urgency: "urgent",
      level: ["street"],
      zone: "community:370212001001",
      from: "2026-11-01T16:00Z",
      to: "2026-11-02T16:00Z",
      q: "海尔路",
    });
  });

  it("asks for the map's view only where that was chosen", () => {
    expect(listQuery(full, "due", [120, 36, 121, 37])).toMatchObject({ bbox: "120.000000,36.000000,121.000000,37.000000", order: "due" });
    expect(listQuery({ ...full, inView: false }, "newest", [120, 36, 121, 37])).not.toHaveProperty("bbox");
  });
});

describe("saved filters", () => {
  it("come back as they were, without the stretch of time, which would soon be stale", () => {
    expect(filterOf(filterText(full))).toEqual({ ...full, find: "海尔路", from: null, to: null });
    expect(filterOf(filterText(NO_FILTER))).toEqual(NO_FILTER);
  });

  it("are replaced by name, and what is broken in the storage is left out", () => {
    const one = { name: "夜班", text: "clock=overdue" };
    expect(withSaved([one], { name: "夜班", text: "urgent=1" })).toEqual([{ name: "夜班", text: "urgent=1" }]);
    expect(readSaved(JSON.stringify([one, 7, null, { name: "x" }]))).toEqual([one]);
    expect(readSaved("{")).toEqual([]);
    expect(readSaved(null)).toEqual([]);
  });
});
