/** Changes of limits, calendars and hours that are thought of and not made yet. Pure. */
import type { DeadlineChanges, Limit, LimitChange, LimitName, SpecialDay } from "../api/deadlines";

export const NOTHING: DeadlineChanges = { calendars: [], limits: [], windows: [] };

export const limitKey = (one: LimitName): string => JSON.stringify([one.stage, one.category, one.condition, one.appeal_kind, one.urgency]);

export const countOf = (changes: DeadlineChanges): number => changes.calendars.length + changes.limits.length + changes.windows.length;

/** With another limit; one of the same name gives way. A limit as it is already is no change. */
export function withLimit(changes: DeadlineChanges, change: LimitChange, present: readonly Limit[]): DeadlineChanges {
  const key = limitKey(change);
  const there = present.find((one) => limitKey(one) === key);
  const same = change.amount === null ? there === undefined : there !== undefined && there.amount === change.amount && there.kind === change.kind;
  const rest = changes.limits.filter((one) => limitKey(one) !== key);
  return { ...changes, limits: same ? rest : [...rest, change] };
}

/** What is sent of a day: what is read of it tells its weekday, too. */
const plainDay = ({ date, kind, name }: SpecialDay): SpecialDay => ({ date, kind, name });

/** With the special days of a year; as they are already, that is no change. */
export function withYear(changes: DeadlineChanges, year: number, days: readonly SpecialDay[], present: readonly SpecialDay[]): DeadlineChanges {
  const plain = (all: readonly SpecialDay[]): string =>
    JSON.stringify(all.map((one) => [one.date, one.kind, one.name ?? ""]).toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1)));
  const rest = changes.calendars.filter((one) => one.year !== year);
  return { ...changes, calendars: plain(days) === plain(present) ? rest : [...rest, { year, days: days.map(plainDay).toSorted((a, b) => (a.date < b.date ? -1 : 1)) }] };
}

export function withWindows(changes: DeadlineChanges, organisation: string | null, windows: string | null, present: string | null): DeadlineChanges {
  const rest = changes.windows.filter((one) => one.organisation !== organisation);
  return { ...changes, windows: windows === present ? rest : [...rest, { organisation, windows }] };
}

/** The days of a year as they would be. */
export const daysThen = (changes: DeadlineChanges, year: number, present: readonly SpecialDay[]): readonly SpecialDay[] =>
  changes.calendars.find((one) => one.year === year)?.days ?? present;
