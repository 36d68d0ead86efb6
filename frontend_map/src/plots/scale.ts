/** Axes, classes and labels of the small plots. Pure. */

/** Ticks from 0 to at least `most`, at round numbers, at most `count` steps. Counts are whole: no step below 1. */
export function ticks(most: number, count = 4): number[] {
  const rough = Math.max(1, most / count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const found: number[] = [];
  for (let at = 0; at < most + step; at += step) found.push(at);
  return found;
}

/** Number of classes that a heat plot tells apart, beside "none". */
export const HEATS = 5;

/**
 * Class of a value, 0 for none. By the root of its share: counts are skewed, and a linear scale would show
 * little but the largest.
 */
export function heatOf(value: number, most: number): number {
  if (value <= 0 || most <= 0) return 0;
  return Math.min(HEATS, Math.max(1, Math.ceil(Math.sqrt(value / most) * HEATS)));
}

/** Least value of each class, for the legend; whole numbers. */
export function heatSteps(most: number): number[] {
  const found = Array.from({ length: HEATS }, (_, at) => Math.floor((at / HEATS) ** 2 * most) + 1);
  return found.filter((one, at) => at === 0 || one > found[at - 1]!);
}

/** Indexes at which labels fit: the first, then every so many, so that at most `most` are written. */
export function labelled(length: number, most: number): ReadonlySet<number> {
  const every = Math.max(1, Math.ceil(length / most));
  return new Set(Array.from({ length }, (_, at) => at).filter((at) => at % every === 0));
}

/** The largest rows, and the others as one sum. */
export function largest<T extends { count: number }>(rows: readonly T[], most: number): { shown: T[]; rest: number; restRows: number } {
  const sorted = rows.toSorted((a, b) => b.count - a.count);
  const cut = sorted.length > most + 1 ? most : sorted.length;
  const rest = sorted.slice(cut);
  return { shown: sorted.slice(0, cut), rest: rest.reduce((sum, one) => sum + one.count, 0), restRows: rest.length };
}
