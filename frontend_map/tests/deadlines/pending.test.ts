import { describe, expect, it } from "vitest";
import type { Limit, LimitChange } from "../../src/api/deadlines";
import { NOTHING, countOf, daysThen, withLimit, withWindows, withYear } from "../../src/deadlines/pending";

const limit: Limit = {
  stage: "total", category: null, category_name: null, condition: null, appeal_kind: null, urgency: null, amount: 5, kind: "work_day", warn: 0.25, valid_from: null, note: null,
};
const other = (part: Partial<LimitChange>): LimitChange => ({ stage: "total", category: null, condition: null, appeal_kind: null, urgency: null, amount: 3, kind: "work_day", warn: 0.25, ...part });

describe("changes that are not made yet", () => {
  it("a second thought about a limit replaces the first", () => {
    const once = withLimit(NOTHING, other({ amount: 3 }), [limit]);
    const twice = withLimit(once, other({ amount: 4 }), [limit]);
    expect(twice.limits.map((one) => one.amount)).toEqual([4]);
  });

  it("a limit put back as it is changes nothing", () => {
    const once = withLimit(NOTHING, other({ amount: 3 }), [limit]);
    expect(countOf(withLimit(once, other({ amount: 5 }), [limit]))).toBe(0);
  });

  it("ending what does not hold is no change, ending what holds is one", () => {
    expect(countOf(withLimit(NOTHING, other({ stage: "accept", amount: null, kind: null }), [limit]))).toBe(0);
    expect(countOf(withLimit(NOTHING, other({ amount: null, kind: null }), [limit]))).toBe(1);
  });

  it("limits that name other things are others", () => {
    const both = withLimit(withLimit(NOTHING, other({}), [limit]), other({ urgency: "urgent" }), [limit]);
    expect(both.limits).toHaveLength(2);
  });

  it("a year is one change, in the order of its days; as it was it is none", () => {
    const present = [{ date: "2026-10-01", kind: "holiday" as const, name: "国庆节" }];
    const changed = withYear(NOTHING, 2026, [...present, { date: "2026-01-01", kind: "holiday", name: null }], present);
    expect(daysThen(changed, 2026, present).map((one) => one.date)).toEqual(["2026-01-01", "2026-10-01"]);
    expect(countOf(withYear(changed, 2026, [...present], present))).toBe(0);
    const read = [{ date: "2026-10-01", kind: "holiday" as const, name: null, weekday: 4 }];
    expect(withYear(NOTHING, 2026, read, []).calendars[0]?.days).toEqual([{ date: "2026-10-01", kind: "holiday", name: null }]);
    expect(daysThen(changed, 2027, [])).toEqual([]);
  });

  it("hours of an organisation and of the city are told apart", () => {
    const both = withWindows(withWindows(NOTHING, null, "09:00-17:00", "08:00-12:00"), "LS-CG", "08:00-16:00", null);
    expect(both.windows).toHaveLength(2);
    expect(countOf(withWindows(both, "LS-CG", null, null))).toBe(1);
  });
});
