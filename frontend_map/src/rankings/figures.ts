/** Values of a ranking's rows: of a measure, its change, its place. Pure. */
import type { RankingAnswer, RankingRow } from "../api/rankings";
import type { Measure } from "./address";

export function valueOf(row: RankingRow, measure: string): number | null {
  return measure in row.figures ? row.figures[measure]! : (row.rates[measure] ?? null);
}

export function beforeOf(row: RankingRow, measure: string): number | null {
  if (row.before && measure in row.before) return row.before[measure]!;
  return row.rates_before?.[measure] ?? null;
}

export const isRate = (measure: string): boolean => measure.endsWith("_rate");

/** Change against the year before: of rates the difference, else relative; null where there is nothing to compare with. */
export function changeOf(row: RankingRow, measure: string): number | null {
  const now = valueOf(row, measure);
  const then = beforeOf(row, measure);
  if (now === null || then === null || !row.comparable) return null;
  if (isRate(measure)) return now - then;
  return then === 0 ? null : (now - then) / then;
}

/** Whether more of it is better; null: neither. */
export function goodWhenMore(answer: RankingAnswer, measure: string): boolean | null {
  if (measure === "overdue") return false;
  return answer.rates.find((one) => one.code === measure)?.higher_is_better ?? null;
}

/** Whether the first in the ranking is the one with least. */
export const leastFirst = (measure: Measure): boolean => measure === "overdue" || measure === "rework_rate";

export interface Placed {
  row: RankingRow;
  /** Equal values share a place; null without a value. */
  place: number | null;
}

/** Rows in order; what has no value comes last, whichever way is up. */
export function ranked(rows: readonly RankingRow[], measure: Measure, ascending: boolean): Placed[] {
  const code = (row: RankingRow): string => row.zone?.code ?? "";
  const sorted = rows.toSorted((a, b) => {
    const [one, other] = [valueOf(a, measure), valueOf(b, measure)];
    if (one === null || other === null) return one === other ? (code(a) < code(b) ? -1 : 1) : one === null ? 1 : -1;
    if (one === other) return code(a) < code(b) ? -1 : 1;
    return ascending ? one - other : other - one;
  });
  let place = 0;
  let last: number | null = null;
  return sorted.map((row, index) => {
    const value = valueOf(row, measure);
    if (value === null) return { row, place: null };
    if (value !== last) place = index + 1;
    last = value;
    return { row, place };
  });
}

/** The figure whose list a measure opens: of a rate, what is above the line. */
export function figureOf(answer: RankingAnswer, measure: string): string {
  return answer.rates.find((one) => one.code === measure)?.above ?? measure;
}
