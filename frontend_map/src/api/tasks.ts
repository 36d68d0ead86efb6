/** Urgent tasks from the top to every grid of an area, and what the grids answer. */
import type { FeatureCollection, Polygon } from "geojson";
import type { ActorFields } from "../state/actor";
import { get, post } from "./client";
import type { LonLat, Named, Text } from "./types";

export interface Completion {
  grids: number;
  waiting: number;
  acknowledged: number;
  done: number;
  /** Share of grids that are done, 0 to 1; null: no grid. */
  share: number | null;
  answered: number | null;
}

export interface TaskSummary {
  code: string;
  title: Text;
  text: Text;
  forward: Text | null;
  state: "open" | "overdue" | "done" | "cancelled";
  issued_at: string;
  issued_by: string;
  role: string;
  organisation: Named | null;
  due_at: string;
  cancelled: { at: string; by: string; reason: string } | null;
  completion: Completion;
}

export interface Receipt {
  grid: Named;
  community: string | null;
  state: "waiting" | "acknowledged" | "done" | "moved" | "released";
  since: string;
  acknowledged_by: string | null;
  done_by: string | null;
  note: string | null;
  count: number | null;
  reminders: number;
  reminded_at: string | null;
}

export interface RegionCompletion extends Completion {
  region: Named;
}

export interface TaskDetail extends TaskSummary {
  total_count: number;
  moved: number;
  released: number;
  by_street: RegionCompletion[];
  by_community: RegionCompletion[];
  reminders: { kind: "manual" | "due_soon" | "overdue"; at: string; by: string; grids: number }[];
  receipts: Receipt[];
}

/** Exactly one of the three. */
export type TaskArea = { polygon: Polygon } | { zones: string[] } | { buffer: { radius_m: number; line: LonLat[] } | { radius_m: number; incident: string } };

export interface NewTask {
  title: { zh: string };
  text: { zh: string };
  forward: { zh: string } | null;
  due_at: string;
  area: TaskArea;
}

const one = (code: string): string => `api/urgent-tasks/${encodeURIComponent(code)}`;

export const loadTasks = (states: readonly string[], abort?: AbortSignal): Promise<{ items: TaskSummary[]; next: number | null }> =>
  get<{ items: TaskSummary[]; next: number | null }>("api/urgent-tasks", { state: states }, abort);
export const loadTask = (code: string, abort?: AbortSignal): Promise<TaskDetail> => get<TaskDetail>(one(code), {}, abort);
export const loadTaskMap = (code: string, abort?: AbortSignal): Promise<FeatureCollection> => get<FeatureCollection>(`${one(code)}/map`, {}, abort);
export const gridsMet = (area: TaskArea, abort?: AbortSignal): Promise<{ count: number; grids: string[] }> =>
  post<{ count: number; grids: string[] }>("api/urgent-tasks/grids", { area }, abort);
export const issueTask = (who: ActorFields, task: NewTask): Promise<TaskDetail> => post<TaskDetail>("api/urgent-tasks", { ...task, ...who });
export const remindTask = (code: string, who: ActorFields): Promise<TaskDetail> => post<TaskDetail>(`${one(code)}/reminders`, who);
export const cancelTask = (code: string, who: ActorFields, reason: string): Promise<TaskDetail> => post<TaskDetail>(`${one(code)}/cancel`, { ...who, reason });
