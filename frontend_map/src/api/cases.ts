/** An incident's whole life over HTTP: where it stands, what may be done next, and doing it. */
import type { ActorFields } from "../state/actor";
import { get, post } from "./client";
import type { Named, Text } from "./types";

/** How an incident stands against its time limit: a fact of the server's clock when it answered. */
export interface ClockBrief {
  state: "none" | "running" | "due_soon" | "overdue" | "paused" | "stopped";
  due_at: string | null;
  soon_at?: string | null;
  /** Seconds to `due_at` when the server answered; negative is late. */
  remaining_s: number | null;
}

export interface Clock extends ClockBrief {
  kind: string | null;
  started_at: string | null;
  stage: { name: string; started_at: string | null; due_at: string | null; state: ClockBrief["state"] } | null;
}

export interface CaseAction {
  action: string;
  name: Text;
  roles: string[];
  /** Fields that the step asks for. */
  needs: string[];
  /** Fields that it takes as well. */
  takes: string[];
  allowed: boolean;
  why_not: Text | null;
}

export interface CaseStep {
  seq: number;
  at: string;
  by: string;
  role: string | null;
  organisation: string | Named | null;
  action: string;
  name: Text;
  from: string | null;
  to: string | null;
  reason: string | null;
  note: string | null;
  result: string | null;
  attachments: string[];
}

export interface WorkOrder {
  organisation: Named;
  kind: string;
  opened_at: string;
  closed_at: string | null;
  result: string | null;
}

export interface Case {
  number: string;
  revision: number;
  state: string;
  level: string;
  appeal_kind: string;
  source: string;
  urgency: string;
  outcome: string | null;
  lead: Named | null;
  supporting: Named[];
  handler: { name: string; organisation: Named | string | null } | null;
  reworks: number;
  send_backs: number;
  extensions: number;
  suspended_since: string | null;
  supervised_since: string | null;
  objection: { by: string; organisation: string | null; reason: string; at: string } | null;
  /** An extension that was asked for and waits. */
  extension: { by: string; reason: string; at: string; amount: number | null; unit: string | null; until: string | null } | null;
  direct_reason: string | null;
  satisfaction: string | null;
  /** Which condition of its category holds; time limits tell `conditions` apart. */
  condition: string | null;
  conditions: string[];
  duplicate_of: string | null;
  duplicates: string[];
  reports: number;
  clock: Clock | null;
  work_orders: WorkOrder[];
  actions: CaseAction[];
  steps: CaseStep[];
}

/** What a step says beside who takes it. */
export type StepFields = Readonly<Record<string, unknown>>;

export interface BatchAnswer {
  done: { number: string; revision: number; state: string }[];
  refused: { number: string; reasons: Text[] }[];
}

export const loadCase = (number: string, who: ActorFields, abort?: AbortSignal): Promise<Case> =>
  get<Case>(`api/cases/${encodeURIComponent(number)}`, { by: who.by || null, role: who.role, organisation: who.organisation }, abort);

export const takeStep = (number: string, who: ActorFields, action: string, revision: number, fields: StepFields): Promise<Case> =>
  post<Case>(`api/cases/${encodeURIComponent(number)}/steps`, { ...fields, ...who, action, revision });

/** Many at once; with `preview` nothing changes. */
export const takeSteps = (numbers: readonly string[], who: ActorFields, action: string, fields: StepFields, preview: boolean): Promise<BatchAnswer> =>
  post<BatchAnswer>("api/cases/steps", { ...fields, ...who, numbers, action, preview });
