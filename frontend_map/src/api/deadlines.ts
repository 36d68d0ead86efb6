/** Time limits, calendars and business hours: read, tried on past cases, changed together. */
import type { ActorFields } from "../state/actor";
import { get, post } from "./client";
import type { Text } from "./types";

export const STAGES = ["total", "accept", "verify", "file", "dispatch", "handle", "check", "evaluate"] as const;
export type Stage = (typeof STAGES)[number];
export const CLOCK_KINDS = ["urgent_hour", "work_hour", "work_day", "natural_day"] as const;
export type ClockKind = (typeof CLOCK_KINDS)[number];
export const APPEALS = ["livelihood", "enterprise", "enforcement"] as const;

/** What names a limit; null fits everything. */
export interface LimitName {
  stage: Stage;
  category: string | null;
  condition: string | null;
  appeal_kind: string | null;
  urgency: string | null;
}

export interface Limit extends LimitName {
  category_name: Text | null;
  amount: number;
  kind: ClockKind;
  warn: number;
  valid_from: string | null;
  note: Text | null;
}

export interface SpecialDay {
  date: string;
  kind: "holiday" | "workday";
  name: string | null;
}

export interface Deadlines {
  revision: string;
  windows: string;
  years: number[];
  year: number;
  days: (SpecialDay & { weekday: number })[];
  limits: Limit[];
  organisations: { organisation: string; name: Text; windows: string; own: boolean }[];
}

/** Without an amount the limit ends. */
export interface LimitChange extends LimitName {
  amount: number | null;
  kind: ClockKind | null;
  warn: number;
}

export interface DeadlineChanges {
  calendars: { year: number; days: SpecialDay[] }[];
  limits: LimitChange[];
  windows: { organisation: string | null; windows: string | null }[];
}

export interface DeadlineTrial {
  cases: number;
  left_out: number;
  late_now: number;
  late_then: number;
  earlier: number;
  later: number;
  categories: { category: string; name: Text; cases: number; late_now: number; late_then: number }[];
  examples: { number: string; closed_at: string; due_now: string | null; due_then: string | null }[];
}

export const loadDeadlines = (year: number | null, abort?: AbortSignal): Promise<Deadlines> => get("api/deadlines", { year }, abort);
export const tryDeadlines = (who: ActorFields, revision: string, changes: DeadlineChanges): Promise<DeadlineTrial> =>
  post("api/deadlines/check", { ...who, revision, ...changes });
export const changeDeadlines = (who: ActorFields, revision: string, changes: DeadlineChanges): Promise<Deadlines> =>
  post("api/deadlines", { ...who, revision, ...changes });
