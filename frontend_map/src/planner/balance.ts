/** How grids stand to the band: classes, order of the table, bars of the histogram, problems. Pure. */
import type { Band, PlanZone } from "../api/plans";
import { NOWHERE, type Draft, type ZoneMeasures } from "./measures";

export type BalanceClass = "below" | "in" | "above" | "exempt";

export interface Row extends ZoneMeasures {
  zone: PlanZone;
  balance: BalanceClass;
  /** Households outside the band: negative below, positive above, 0 inside. */
  deviation: number;
}

export function deviation(households: number, band: Band): number {
  return households < band.min ? households - band.min : Math.max(0, households - band.max);
}

export function balanceOf(households: number, band: Band, exempt: boolean): BalanceClass {
  if (exempt) return "exempt";
  const off = deviation(households, band);
  return off < 0 ? "below" : off > 0 ? "above" : "in";
}

export function rowOf(draft: Draft, number: number, band: Band): Row | null {
  const zone = draft.zones.get(number);
  if (!zone) return null;
  const measured = draft.measure(number, band);
  const off = deviation(measured.households, band);
  return { ...measured, zone, balance: balanceOf(measured.households, band, zone.exempt), deviation: zone.exempt ? 0 : off };
}

/** Into how many grids within the band so many households can be divided; `most` below `least`: into no number of them. */
export function partsWithin(households: number, band: Band): { least: number; most: number } {
  return { least: Math.ceil(households / band.max), most: Math.floor(households / Math.max(1, band.min)) };
}

export const COLUMNS = ["grid", "households", "deviation", "compactness", "moved"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  by: Column;
  down: boolean;
}

/** What a row is sorted by; zones with the same value stay in the order of their codes. */
function value(row: Row, by: Column): number {
  if (by === "households") return row.households;
  if (by === "deviation") return Math.abs(row.deviation);
  if (by === "compactness") return row.compactness;
  return row.movedIn + row.movedOut;
}

const name = (row: Row): string => row.zone.code ?? `~${String(row.number).padStart(9, "0")}`;

export function sorted(rows: readonly Row[], { by, down }: Order): Row[] {
  const byName = (a: Row, b: Row): number => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0);
  const sign = down ? -1 : 1;
  if (by === "grid") return rows.toSorted((a, b) => sign * byName(a, b));
  return rows.toSorted((a, b) => sign * (value(a, by) - value(b, by)) || byName(a, b));
}

export interface Bar {
  from: number;
  to: number;
  count: number;
  balance: Exclude<BalanceClass, "exempt">;
}

/** Grids by size in steps that meet the edges of the band, so that no bar is half inside it. */
export function histogram(sizes: readonly number[], band: Band): Bar[] {
  if (sizes.length === 0) return [];
  const step = Math.max(1, Math.ceil((band.max - band.min) / 4));
  const most = Math.max(band.max + step, ...sizes);
  const edges: number[] = [];
  for (let at = band.min; at > 0; at -= step) edges.unshift(at);
  edges.unshift(0);
  for (let at = band.min + step; at < band.max; at += step) edges.push(at);
  // A size equal to the largest allowed one is inside.
  edges.push(band.max + 1);
  for (let at = band.max + 1 + step; edges.at(-1)! <= most; at += step) edges.push(at);
  const bars: Bar[] = edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1]!;
    const count = sizes.filter((size) => size >= from && size < to).length;
    return { from, to: to - 1, count, balance: to <= band.min ? "below" : from > band.max ? "above" : "in" };
  });
  // Empty bars on the far left would squeeze the others; the last one before the band stays.
  const first = bars.findIndex((bar, at) => bar.count > 0 || bars[at + 1]?.balance !== "below");
  return bars.slice(first);
}

export const PROBLEMS = ["unassigned", "not_connected", "crosses_community", "above_band", "below_band", "empty"] as const;
export type ProblemCode = (typeof PROBLEMS)[number];

export interface PlanProblem {
  code: ProblemCode;
  zone: number;
  /** How bad, for the order inside one kind: households outside the band, or units. */
  weight: number;
}

/** What stands against the plan, worst first. `nested`: its zones lie inside one community each, as base grids do. */
export function problems(draft: Draft, rows: readonly Row[], nested = true): PlanProblem[] {
  const found: PlanProblem[] = [];
  const nowhere = draft.sumsOf(NOWHERE).units.size;
  if (nowhere > 0) found.push({ code: "unassigned", zone: NOWHERE, weight: nowhere });
  for (const row of rows) {
    const add = (code: ProblemCode, weight: number): void => void found.push({ code, zone: row.number, weight });
    if (row.units === 0) {
      if (!row.zone.base) add("empty", 1);
      continue;
    }
    if (!row.connected) add("not_connected", row.units);
    if (nested && !row.insideCommunity) add("crosses_community", row.units);
    if (row.deviation > 0) add("above_band", row.deviation);
    if (row.deviation < 0) add("below_band", -row.deviation);
  }
  const rank = (one: PlanProblem): number => PROBLEMS.indexOf(one.code);
  return found.toSorted((a, b) => rank(a) - rank(b) || b.weight - a.weight || a.zone - b.zone);
}
