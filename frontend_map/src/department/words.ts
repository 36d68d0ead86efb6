/** Texts of the department's desk that are put together. Pure but for the language. */
import { date, number, TIME_ZONE } from "../format";
import { isKey, locale, t } from "../i18n";

export function facilityStateText(state: string): string {
  const key = `facility_state.${state}`;
  return isKey(key) ? t(key as "facility_state.intact") : state;
}

/** How often each occurs, the most frequent first: "完好 12、破损 3". */
export function tally(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of names) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(t("app.comma"));
}

/** Square metres in the unit that reads well. */
export function areaText(squareMetres: number): string {
  if (squareMetres >= 100_000) return t("query.km2", { n: new Intl.NumberFormat(locale.value, { maximumSignificantDigits: 3 }).format(squareMetres / 1_000_000) });
  return t("query.m2", { n: number(Math.round(squareMetres)) });
}

export type Bucket = "day" | "week" | "month";

/** Steps that a stretch of days is counted in: neither three columns nor three hundred. */
export const bucketOf = (days: number): Bucket => (days <= 45 ? "day" : days <= 200 ? "week" : "month");

/** Whether what was closed is told as well: of a year it costs the server three times as much as all the rest. Pure. */
export const withDone = (days: number): boolean => days <= 90;

const shortDay = (moment: Date): string => new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, month: "numeric", day: "numeric" }).format(moment);
const shortMonth = (moment: Date): string => new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, month: "short" }).format(moment);

/** A step of a trend in words, and below its axis. */
export function stepText(from: string, bucket: Bucket): { name: string; short: string } {
  const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(from) ? `${from}T00:00:00+08:00` : from);
  if (bucket === "month") return { name: new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, year: "numeric", month: "long" }).format(moment), short: shortMonth(moment) };
  return { name: bucket === "week" ? t("plot.week_of", { date: date(from) }) : date(from), short: shortDay(moment) };
}

/** Counts by weekday and hour from rows; what is missing is none. */
export function weekOf(rows: readonly { weekday: number; hour: number; count: number }[]): number[][] {
  const found = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  for (const one of rows) {
    const hours = found[one.weekday - 1];
    if (hours && one.hour >= 0 && one.hour < 24) hours[one.hour] = (hours[one.hour] ?? 0) + one.count;
  }
  return found;
}
