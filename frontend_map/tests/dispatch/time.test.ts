import { describe, expect, it, vi } from "vitest";
import { paced } from "../../src/dispatch/paced";
import { DAY_MS, HOUR_MS, advance, bars, floorTo, stretch } from "../../src/dispatch/time_window";
import { shortMoment } from "../../src/dispatch/moments";
import { boundsOf } from "../../src/dispatch/nearness";
import { polygonOf } from "../../src/dispatch/tasks";
import { readActor } from "../../src/state/actor";

const NOON = Date.parse("2026-11-27T12:34:00+08:00");

describe("the time slider", () => {
  it("has the city's days, and ends with the one running", () => {
    const { from, to, bins } = stretch(NOON, 7);
    expect(new Date(to).toISOString()).toBe("2026-11-27T16:00:00.000Z");
    expect(new Date(from).toISOString()).toBe("2026-11-20T16:00:00.000Z");
    expect(bins).toBe(7);
    expect(stretch(NOON, 1).bins).toBe(24);
    expect(new Date(floorTo(NOON, HOUR_MS)).toISOString()).toBe("2026-11-27T04:00:00.000Z");
  });

  it("has a bar for every bucket, also where nothing happened", () => {
    const from = Date.parse("2026-11-20T16:00:00Z");
    const found = bars(
      [
        { from: "2026-11-21T00:00:00+08:00", count: 3, overdue: 1 },
        { from: "2026-11-23T00:00:00+08:00", count: 2, overdue: 0 },
        { from: "2026-12-23T00:00:00+08:00", count: 9, overdue: 9 },
      ],
      from,
      DAY_MS,
      4,
    );
    expect(found).toEqual([
      { count: 3, overdue: 1 },
      { count: 0, overdue: 0 },
      { count: 2, overdue: 0 },
      { count: 0, overdue: 0 },
    ]);
  });

  it("runs on bar by bar and begins anew at the end", () => {
    expect(advance([0, 3], 10)).toEqual([1, 4]);
    expect(advance([7, 10], 10)).toEqual([0, 3]);
  });
});

describe("moments in a row", () => {
  it("say no more than is needed", () => {
    expect(shortMoment("2026-11-27T06:03:00Z", NOON)).toBe("14:03");
    expect(shortMoment("2026-11-06T20:20:00Z", NOON)).toBe("11-07 04:20");
    expect(shortMoment("2024-11-06T20:20:00Z", NOON)).toBe("2024-11-07");
    expect(shortMoment("never", NOON)).toBe("");
  });
});

describe("looking again", () => {
  it("happens at once, then once per pause, and the last word is never lost", () => {
    vi.useFakeTimers();
    const look = vi.fn();
    const happened = paced(look, 1000);
    for (let n = 0; n < 50; n++) happened();
    expect(look).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(look).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(5000);
    expect(look).toHaveBeenCalledTimes(2);
    happened();
    expect(look).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });
});

describe("shapes", () => {
  it("closes a drawn area, which needs three corners", () => {
    expect(polygonOf([[120, 36], [121, 36]])).toBeNull();
    const shape = polygonOf([[120, 36], [121, 36], [121, 37.123456789]])!;
    expect(shape.coordinates[0]).toEqual([[120, 36], [121, 36], [121, 37.1234568], [120, 36]]);
    expect(boundsOf({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: shape }] })).toEqual([120, 36, 121, 37.1234568]);
    expect(boundsOf({ type: "FeatureCollection", features: [] })).toBeNull();
  });
});

describe("who is at work", () => {
  it("is read back; what is malformed counts as nothing", () => {
    expect(readActor('{"name":"王敏","role":"sorter","organisation":"LS"}')).toEqual({ name: "王敏", role: "sorter", organisation: "LS" });
    expect(readActor('{"name":7,"role":"king","organisation":""}')).toEqual({ name: "", role: "dispatcher", organisation: null });
    expect(readActor("{", "grid_worker")).toEqual({ name: "", role: "grid_worker", organisation: null });
    expect(readActor(null)).toEqual({ name: "", role: "dispatcher", organisation: null });
  });
});
