/** Periods by name, as days of the city's calendar. Pure. */
export const PERIODS = ["month", "last_month", "quarter", "year", "last_year", "own"] as const;
export type PeriodName = (typeof PERIODS)[number];

export interface Span {
  /** First day. */
  from: string;
  /** The day after the last. */
  to: string;
}

const MS_DAY = 86_400_000;
const text = (year: number, month: number, day = 1): string => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

/** The day `days` after a day. */
export const dayAfter = (day: string, days = 1): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * MS_DAY).toISOString().slice(0, 10);

/** Days of a period; one that goes on ends with today. */
export function spanOf(period: PeriodName, today: string, from: string | null, until: string | null): Span {
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7)) - 1;
  switch (period) {
    case "month":
      return { from: text(year, month), to: dayAfter(today) };
    case "last_month":
      return { from: text(year, month - 1), to: text(year, month) };
    case "quarter":
      return { from: dayAfter(today, -89), to: dayAfter(today) };
    case "year":
      return { from: text(year, 0), to: dayAfter(today) };
    case "last_year":
      return { from: text(year - 1, 0), to: text(year, 0) };
    case "own":
      return { from: from ?? today, to: dayAfter(until ?? today) };
  }
}
