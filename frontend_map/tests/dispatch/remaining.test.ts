import { afterEach, describe, expect, it } from "vitest";
import type { ClockBrief } from "../../src/api/cases";
import { clockState, durationText, offsetOf, remainingText, secondsLeft } from "../../src/dispatch/remaining";
import { lang } from "../../src/i18n";

const NOW = Date.parse("2026-11-27T06:00:00Z");
const inSeconds = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const clock = (seconds: number, part: Partial<ClockBrief> = {}): ClockBrief => ({ state: "running", due_at: inSeconds(seconds), remaining_s: seconds, ...part });

afterEach(() => void (lang.value = "zh"));

describe("what is left of a limit", () => {
  it.each([
    [20, "不到 1 分钟", "under a minute"],
    [25 * 60, "25 分钟", "25 min"],
    [2 * 3600 + 10 * 60 + 59, "2 小时 10 分", "2 h 10 min"],
    [11 * 3600 + 50 * 60, "11 小时", "11 h"],
    [3 * 86400 + 4 * 3600, "3 天 4 小时", "3 d 4 h"],
    [12 * 86400 + 4 * 3600, "12 天", "12 d"],
  ])("%d s are said as %s", (seconds, zh, en) => {
    expect(durationText(seconds)).toBe(zh);
    expect(durationText(-seconds)).toBe(zh);
    lang.value = "en";
    expect(durationText(seconds)).toBe(en);
  });

  it("counts on here: a limit that passes while it is looked at is overdue", () => {
    const soon = clock(60, { state: "due_soon" });
    expect(remainingText(soon, NOW)).toBe("剩 1 分钟");
    expect(clockState(soon, NOW + 61_000)).toBe("overdue");
    expect(remainingText(soon, NOW + 61_000 + 3_600_000)).toBe("超时 1 小时");
    lang.value = "en";
    expect(remainingText(clock(-90_000, { state: "overdue" }), NOW)).toBe("1 d 1 h late");
  });

  it("becomes due soon by itself where the server said when", () => {
    const later = clock(7200, { soon_at: inSeconds(600) });
    expect(clockState(later, NOW)).toBe("running");
    expect(clockState(later, NOW + 600_000)).toBe("due_soon");
  });

  it("stands still while it is paused", () => {
    const paused = clock(3600, { state: "paused" });
    expect(remainingText(paused, NOW + 86_400_000)).toBe("已暂停，剩 1 小时");
    expect(secondsLeft(paused, NOW)).toBeNull();
  });

  it("is nothing without a limit", () => {
    expect(clockState(null, NOW)).toBe("none");
    expect(clockState({ state: "stopped", due_at: inSeconds(-5), remaining_s: null }, NOW)).toBe("none");
  });
});

describe("the server's clock", () => {
  it("is known from any running limit, however wrong ours is", () => {
    const ours = NOW - 5 * 60_000;
    expect(offsetOf(clock(600), ours)).toBe(5 * 60_000);
    expect(offsetOf(clock(-600, { state: "overdue" }), ours)).toBe(5 * 60_000);
    expect(offsetOf(clock(600, { state: "paused" }), ours)).toBeNull();
  });
});
