/** Time limits in words. Pure: the moment comes from outside. */
import type { ClockBrief } from "../api/cases";
import { t } from "../i18n";

export type ShownClock = "none" | "running" | "due_soon" | "overdue" | "paused";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest parts of a duration: `3 天 4 小时`, `25 分`. */
export function durationText(seconds: number): string {
  const whole = Math.abs(Math.trunc(seconds));
  if (whole < MINUTE) return t("due.under_minute");
  const days = Math.floor(whole / DAY);
  const hours = Math.floor((whole % DAY) / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  if (days >= 10) return t("due.days", { d: days });
  if (days > 0) return hours > 0 ? t("due.days_hours", { d: days, h: hours }) : t("due.days", { d: days });
  if (hours > 0) return minutes > 0 && hours < 10 ? t("due.hours_minutes", { h: hours, m: minutes }) : t("due.hours", { h: hours });
  return t("due.minutes", { m: minutes });
}

/** How it stands at `now` (milliseconds): a limit that passed since the server answered has passed. */
export function clockState(clock: ClockBrief | null | undefined, now: number): ShownClock {
  if (!clock || clock.state === "none" || clock.state === "stopped") return "none";
  if (clock.state === "paused") return "paused";
  if (clock.due_at !== null && Date.parse(clock.due_at) <= now) return "overdue";
  if (clock.state === "running" && clock.soon_at && Date.parse(clock.soon_at) <= now) return "due_soon";
  return clock.state;
}

/** Seconds to the limit at `now`, negative when late; null where none runs. */
export function secondsLeft(clock: ClockBrief | null | undefined, now: number): number | null {
  if (!clock || clock.due_at === null || clockState(clock, now) === "none" || clock.state === "paused") return null;
  return (Date.parse(clock.due_at) - now) / 1000;
}

/** `剩 2 小时 10 分`, `超时 3 天`, `已暂停`. */
export function remainingText(clock: ClockBrief | null | undefined, now: number): string {
  const state = clockState(clock, now);
  if (state === "none") return t("due.none");
  if (state === "paused") {
    return typeof clock?.remaining_s === "number" && clock.remaining_s > 0 ? t("due.paused_left", { time: durationText(clock.remaining_s) }) : t("clock.paused");
  }
  const left = secondsLeft(clock, now);
  if (left === null) return t(`clock.${state}`);
  return left < 0 ? t("due.late", { time: durationText(left) }) : t("due.left", { time: durationText(left) });
}

/** What the server's clock is ahead of ours, in milliseconds, told by any answer with a running limit. */
export function offsetOf(clock: ClockBrief, received: number): number | null {
  if (clock.due_at === null || clock.remaining_s === null || clock.state === "paused" || clock.state === "none" || clock.state === "stopped") return null;
  return Date.parse(clock.due_at) - clock.remaining_s * 1000 - received;
}
