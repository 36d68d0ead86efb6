/** Numbers, dates and places as people read them. */
import { lang, locale } from "../i18n";

export const TIME_ZONE = "Asia/Shanghai";

const cache = new Map<string, Intl.DateTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale.value + JSON.stringify(options);
  let format = cache.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, ...options });
    cache.set(key, format);
  }
  return format;
}

/** `2026-11-22T02:00:00Z` → `2026年11月22日` / `22 Nov 2026`, in the city's time zone. A bare date stays that date. */
export function date(iso: string | null | undefined): string {
  const moment = instant(iso);
  return moment ? dateFormat({ year: "numeric", month: lang.value === "zh" ? "long" : "short", day: "numeric" }).format(moment) : "";
}

export function dateTime(iso: string | null | undefined): string {
  const moment = instant(iso);
  if (!moment) return "";
  return dateFormat({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false }).format(moment);
}

function instant(iso: string | null | undefined): Date | null {
  if (!iso) return null;
  const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(iso) ? `${iso}T00:00:00+08:00` : iso);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** Today's date (`2026-11-22`) in the city's time zone. */
export function today(now: Date = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE }).format(now);
}

/** Start of the day `days` days before `now`, as an ISO instant with the city's offset. */
export function daysAgo(days: number, now: Date = new Date()): string {
  return `${today(new Date(now.getTime() - days * 86_400_000))}T00:00:00+08:00`;
}

export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : new Intl.NumberFormat(locale.value).format(value);
}

/** Metres with at most one decimal below ten. */
export function metres(value: number): string {
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** `120.46900, 36.10500` (longitude first, as everywhere in GridGov). Five decimals are about one metre. */
export function place(lon: number, lat: number): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}

/** Long codes in groups of their meaning: `370212 001 003 008`. */
export function code(value: string): string {
  const parts = /^(\d{6})(\d{3})(\d{3})?(\d{3})?$/.exec(value);
  return parts ? parts.slice(1).filter(Boolean).join(" ") : value;
}

/** A date (`2025-06-30`) whose beginning lies in [from, to): `wanted` if it does, else the nearest one. */
export function dayWithin(from: string, to: string | null, wanted: string): string {
  const midnight = (day: string): number => Date.parse(`${day}T00:00:00+08:00`);
  const day = (moment: number): string => today(new Date(moment));
  const first = Date.parse(from);
  if (midnight(wanted) < first) return midnight(day(first)) === first ? day(first) : day(first + 86_400_000);
  if (to !== null && midnight(wanted) >= Date.parse(to)) return day(Date.parse(to) - 1);
  return wanted;
}

/** `0.0041` → `0.41 %`: two digits that count. */
export function percent(share: number): string {
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumSignificantDigits: 2 }).format(share);
}

/** Beginning of a day in the city, as an instant; null for an empty field. */
export const cityDay = (day: string): string | null => (/^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00+08:00` : null);

/** The day of an instant in the city, for a date field. */
export function dayOf(iso: string | null): string {
  const moment = instant(iso);
  return moment ? today(moment) : "";
}

/** A date and time as typed (`2026-12-01T08:30`), meant in the city's time zone. */
export const cityMoment = (typed: string): string | null => (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(typed) ? `${typed}:00+08:00` : null);
