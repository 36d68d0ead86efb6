/** New answers beside the rows that somebody is reading: words change in place, the order does not. Pure. */
import type { CaseRow } from "../api/dispatch";

export interface Merged {
  rows: CaseRow[];
  /** How many the list would gain at places that are on the screen already. */
  incoming: number;
  /** Rows that are no longer found. */
  left: Set<string>;
}

/**
 * Lays the server's newest answer beside the rows shown.
 *
 * `whole` says that the answer holds everything there is; otherwise a row may be missing only because it slipped
 * below the answer's end, and counts as gone only if it would stand above that end.
 */
export function merge(shown: readonly CaseRow[], answer: readonly CaseRow[], whole: boolean): Merged {
  const fresh = new Map(answer.map((row) => [row.number, row]));
  const known = new Set(shown.map((row) => row.number));
  const rows = shown.map((row) => fresh.get(row.number) ?? row);
  const arrived = answer.filter((row) => !known.has(row.number)).length;
  const missing = shown.filter((row) => !fresh.has(row.number)).map((row) => row.number);
  // Every arrival may have pushed one row over the end: those at the bottom are the ones.
  const pushed = whole ? 0 : arrived;
  const kept = pushed > 0 ? new Set(shown.slice(-pushed).map((row) => row.number)) : new Set<string>();
  return { rows, incoming: arrived, left: new Set(missing.filter((number) => !kept.has(number))) };
}
