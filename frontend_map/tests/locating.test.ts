import { describe, expect, it } from "vitest";
import type { IncidentSummary } from "../src/api/types";
import { cityDay, cityMoment, dayOf, percent } from "../src/format";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import { PROBLEMS, following, reasons } from "../src/state/locating";

const list = ["1", "2", "3"].map((number) => ({ number })) as unknown as IncidentSummary[];

describe("the queue for locating", () => {
  it("goes on below, then from the top, and ends", () => {
    expect(following(list, "1")?.number).toBe("2");
    expect(following(list, "3")?.number).toBe("1");
    expect(following(list.slice(0, 1), "1")).toBeNull();
    expect(following([], "1")).toBeNull();
    expect(following(list, "not in it")?.number).toBe("1");
  });

  it("names the reasons that occur, the most frequent first", () => {
    const counted = { total: 9, located: 4, not_located: { total: 5, reasons: { swapped: 1, none_given: 4, null_island: 0 } } };
    expect(reasons(counted)).toEqual([
      { code: "none_given", count: 4 },
      { code: "swapped", count: 1 },
    ]);
    expect(reasons(null)).toEqual([]);
  });

  it("has words for every reason", () => {
    for (const code of PROBLEMS) for (const texts of [zh, en]) expect(texts).toHaveProperty([`place_problem.${code}`]);
  });
});

describe("moments as typed", () => {
  it("are meant in the city's time zone", () => {
    expect(cityMoment("2026-12-01T08:30")).toBe("2026-12-01T08:30:00+08:00");
    expect(cityMoment("")).toBeNull();
    expect(cityDay("2027-01-01")).toBe("2027-01-01T00:00:00+08:00");
    expect(cityDay("")).toBeNull();
    expect(dayOf("2026-12-31T16:00:00Z")).toBe("2027-01-01");
    expect(dayOf(null)).toBe("");
  });

  it("shares keep two digits that count", () => {
    expect(percent(0.0041)).toBe("0.41%");
    expect(percent(0.125)).toBe("13%");
  });
});
