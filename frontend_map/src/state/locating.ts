/** The queue of incidents without a believed place. */
import { signal } from "@preact/signals";
import type { IncidentStatistics } from "../api/places";
import type { IncidentSummary } from "../api/types";

export const PROBLEMS = [
  "none_given",
  "not_a_number",
  "null_island",
  "swapped",
  "outside_city",
  "default_start",
  "shared_fallback",
  "inaccurate",
] as const;

/** The reason listed, null for all. */
export const reasonShown = signal<string | null>(null);
/** The queue as far as it is loaded. */
export const queue = signal<readonly IncidentSummary[]>([]);

export const ACCURACIES = ["5", "30", "100", "none"] as const;
export type Accuracy = (typeof ACCURACIES)[number];

/** Reasons that occur, the most frequent first. */
export function reasons(statistics: IncidentStatistics | null): { code: string; count: number }[] {
  return Object.entries(statistics?.not_located.reasons ?? {})
    .map(([code, count]) => ({ code, count }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

/** Who follows in the queue when `number` is done: the one below, else the first that is left. */
export function following(list: readonly IncidentSummary[], number: string): IncidentSummary | null {
  const at = list.findIndex((one) => one.number === number);
  return list[at + 1] ?? list.find((one) => one.number !== number) ?? null;
}
