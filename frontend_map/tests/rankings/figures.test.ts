import { describe, expect, it } from "vitest";
import type { RankingAnswer, RankingRow } from "../../src/api/rankings";
import { DEFAULT_RANKINGS, readRankings, writeRankings, type RankingsView } from "../../src/rankings/address";
import { changeOf, figureOf, goodWhenMore, ranked } from "../../src/rankings/figures";
import { dayAfter, spanOf } from "../../src/rankings/periods";

function row(code: string, closing: number | null, reported = 10, before: number | null = null, comparable = true): RankingRow {
  return {
    zone: { level: "grid", layer: "base_grid", code, name: { zh: code, en: null } },
    figures: { reported, due: 10, due_closed: 9 },
    rates: { closing_rate: closing },
    before: before === null ? null : { reported: before },
    rates_before: before === null ? null : { closing_rate: 0.5 },
    opens: "counted=",
    ended: false,
    since: null,
    comparable,
    made_of: [],
  };
}

const answer = {
  rates: [
    { code: "closing_rate", above: "due_closed", below: "due", higher_is_better: true },
    { code: "rework_rate", above: "reworked", below: "due", higher_is_better: false },
  ],
} as unknown as RankingAnswer;

describe("a ranking", () => {
  it("gives equal values the same place, and what has no value none, at the end whichever way is up", () => {
    const rows = [row("b", 0.5), row("d", null), row("a", 0.9), row("c", 0.5), row("e", 0.1)];
    expect(ranked(rows, "closing_rate", false).map(({ row: one, place }) => [one.zone?.code, place])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 2],
      ["e", 4],
      ["d", null],
    ]);
    expect(ranked(rows, "closing_rate", true).map(({ row: one }) => one.zone?.code)).toEqual(["e", "b", "c", "a", "d"]);
  });

  it("compares only what can be compared", () => {
    expect(changeOf(row("a", 0.6, 12, 10), "reported")).toBeCloseTo(0.2);
    expect(changeOf(row("a", 0.6, 12, 10), "closing_rate")).toBeCloseTo(0.1);
    expect(changeOf(row("a", 0.6, 12, 0), "reported")).toBeNull();
    expect(changeOf(row("a", 0.6, 12, null), "reported")).toBeNull();
    expect(changeOf(row("a", 0.6, 12, 10, false), "reported")).toBeNull();
  });

  it("opens the list of what is above the line of a rate, and of a number itself", () => {
    expect(figureOf(answer, "closing_rate")).toBe("due_closed");
    expect(figureOf(answer, "overdue")).toBe("overdue");
  });

  it("says of which more is better", () => {
    expect(goodWhenMore(answer, "closing_rate")).toBe(true);
    expect(goodWhenMore(answer, "rework_rate")).toBe(false);
    expect(goodWhenMore(answer, "overdue")).toBe(false);
    expect(goodWhenMore(answer, "reported")).toBeNull();
  });
});

describe("periods", () => {
  const today = "2028-02-29";
  it.each([
    ["month", "2028-02-01", "2028-03-01"],
    ["last_month", "2028-01-01", "2028-02-01"],
    ["quarter", "2027-12-02", "2028-03-01"],
    ["year", "2028-01-01", "2028-03-01"],
    ["last_year", "2027-01-01", "2028-01-01"],
  ] as const)("%s is from %s to before %s", (period, from, to) => {
    expect(spanOf(period, today, null, null)).toEqual({ from, to });
  });
  it("of one's own include the last day", () => {
    expect(spanOf("own", today, "2027-12-30", "2027-12-31")).toEqual({ from: "2027-12-30", to: "2028-01-01" });
    expect(spanOf("last_month", "2027-01-31", null, null)).toEqual({ from: "2026-12-01", to: "2027-01-01" });
  });
  it("a day follows another over the end of a leap February", () => {
    expect(dayAfter("2028-02-28")).toBe("2028-02-29");
    expect(dayAfter("2028-03-01", -1)).toBe("2028-02-29");
  });
});

describe("the page of rankings as a link", () => {
  const full: RankingsView = {
    level: "grid",
    within: "370212002001",
    period: "own",
    from: "2026-01-01",
    until: "2026-01-31",
    category: "GB/T 47678.5-2026:matter:06",
    sources: ["hotline", "transfer_110"],
    compare: false,
    measure: "rework_rate",
    ascending: true,
    shows: "change",
    zone: "370212002001003",
    list: { figure: "due_closed", zone: "370212002001003" },
    report: { grid: "370212002001003", day: "2026-01-05" },
  };
  it("comes back unchanged", () => {
    expect(readRankings(new URLSearchParams(writeRankings(full)))).toEqual(full);
    expect(writeRankings(DEFAULT_RANKINGS)).toEqual([]);
    expect(readRankings(new URLSearchParams())).toEqual(DEFAULT_RANKINGS);
  });
  it.each(["level=planet", "period=own", "period=own&from=2026-02-01&until=2026-01-01", "by=luck", "within=<b>", "list=<x>", "report=1"])("keeps its defaults for %s", (text) => {
    expect(readRankings(new URLSearchParams(text))).toEqual(DEFAULT_RANKINGS);
  });
});
