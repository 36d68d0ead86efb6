/** Rankings of zones, the lists behind their numbers, and the day report of a grid. */
import { get, send } from "./client";
import type { Named, Text } from "./types";

export const LEVELS = ["district", "street", "community", "grid"] as const;
export type Level = (typeof LEVELS)[number];

export interface RankedZone {
  level: Level;
  layer: string;
  code: string;
  name: Text;
}

export interface RankingRow {
  zone: RankedZone | null;
  figures: Record<string, number>;
  rates: Record<string, number | null>;
  before: Record<string, number> | null;
  rates_before: Record<string, number | null> | null;
  /** With a figure's code after it: the query of the incidents that it counts. */
  opens: string | null;
  ended: boolean;
  since: string | null;
  comparable: boolean;
  made_of: string[];
}

export interface Days {
  first: string;
  last: string;
}

export interface RankingAnswer {
  level: Level;
  layer: string;
  within: RankedZone | null;
  path: RankedZone[];
  next_level: Level | null;
  span: Days;
  cut: boolean;
  compared_with: Days | null;
  as_of: string;
  waiting: boolean;
  figures: { code: string; name: Text; meaning: Text }[];
  rates: { code: string; name: Text; formula: Text; above: string; below: string; kind: "rate" | "ratio"; higher_is_better: boolean }[];
  rows: RankingRow[];
  elsewhere: RankingRow | null;
  nowhere: RankingRow | null;
  total: RankingRow;
}

export interface RankingQuery {
  level: Level;
  from: string;
  to: string;
  within: string | null;
  category: string | null;
  source: readonly string[];
  compare: "year" | "none";
}

export const loadRanking = (query: RankingQuery, abort?: AbortSignal): Promise<RankingAnswer> => get("api/rankings", { ...query, source: query.source.length > 0 ? query.source : null }, abort);

export interface ListedCase {
  number: string;
  category: { key: string; name: Text };
  state: string;
  address: string | null;
  reported_at: string;
  base_grid: Named | null;
  responsible: Named | null;
}

/** A page of the incidents that a number counts; `opens` is the row's, `figure` the number's. */
export async function loadCounted(opens: string, figure: string, after: string | null, abort?: AbortSignal): Promise<{ items: ListedCase[]; next: string | null }> {
  const rest = after === null ? "" : `&after=${encodeURIComponent(after)}`;
  const response = await send(`api/incidents?${opens}${figure}&limit=50${rest}`, abort ? { signal: abort } : {});
  return (await response.json()) as { items: ListedCase[]; next: string | null };
}

export interface DayReport {
  day: string;
  grid: Named;
  layer: string;
  community: Named | null;
  persons: { kind: string; person: string | null; organisation: Named | null; duties: { begins_at: string; ends_at: string }[] }[];
  tasks: { code: string; title: Text; due_at: string; state: string; done_today: boolean }[];
  route: { code: string; name: Text; lon: number; lat: number; seen_at: string | null }[];
  time: { first_at: string | null; last_at: string | null };
  quality: { effective: number; rejected: number; reworked: number; with_photo: number; effective_rate: number | null };
  quantity: { reports: number; self_handled: number; escalated: number; points_seen: number; points: number; tasks: number; tasks_done: number; tasks_late: number };
  judgement: { verdict: "good" | "attention" | "no_record" | "vacant" | "not_over"; reasons: Text[] };
  reports: { number: string; reported_at: string; category: Text; state: string; self_handled: boolean; reworked: boolean; has_photo: boolean; lon: number | null; lat: number | null }[];
  opens: string;
  rests_on: Text[];
}

export const loadDayReport = (grid: string, day: string, abort?: AbortSignal): Promise<DayReport> => get("api/rankings/day-report", { grid, day }, abort);
