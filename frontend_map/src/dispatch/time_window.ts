/** Stretches of time for the slider: bins, steps, words. Pure. */
import { TIME_ZONE } from "../format";
import { locale, t } from "../i18n";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const SPANS = [1, 7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

/** Buckets that a span is counted in: about 24 to 90 bars. */
export const bucketOf = (days: Span): "hour" | "day" => (days <= 1 ? "hour" : "day");
export const bucketMs = (days: Span): number => (bucketOf(days) === "hour" ? HOUR_MS : DAY_MS);

/** Hours by which the city's days begin earlier than UTC's: China has one time and no summer time. */
const CITY_OFFSET_MS = 8 * HOUR_MS;

/** Beginning of the bucket that holds a moment; days are the city's. */
export function floorTo(moment: number, bucket: number): number {
  return Math.floor((moment + CITY_OFFSET_MS) / bucket) * bucket - CITY_OFFSET_MS;
}

/** The stretch shown: whole buckets that end with the one running. */
export function stretch(now: number, days: Span): { from: number; to: number; bins: number } {
  const bucket = bucketMs(days);
  const to = floorTo(now, bucket) + bucket;
  return { from: to - days * DAY_MS, to, bins: (days * DAY_MS) / bucket };
}

/** One bar per bucket, those without an incident too. */
export function bars(bins: readonly { from: string; count: number; overdue: number }[], from: number, bucket: number, many: number): { count: number; overdue: number }[] {
  const found = Array.from({ length: many }, () => ({ count: 0, overdue: 0 }));
  for (const bin of bins) {
    const at = Math.floor((Date.parse(bin.from) - from) / bucket);
    const bar = found[at];
    if (!bar) continue;
    bar.count += bin.count;
    bar.overdue += bin.overdue;
  }
  return found;
}

/** Moves a window on by one bucket; beyond the end it begins anew. */
export function advance(window: readonly [number, number], many: number): [number, number] {
  const width = window[1] - window[0];
  return window[1] >= many ? [0, width] : [window[0] + 1, window[1] + 1];
}

const short = (iso: string): string =>
  new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(iso));

/** A window in words. */
export function windowText(from: string | null, to: string | null): string {
  if (from && to) return t("time.between", { from: short(from), to: short(to) });
  if (from) return t("time.since", { from: short(from) });
  return to ? t("time.before", { to: short(to) }) : "";
}
