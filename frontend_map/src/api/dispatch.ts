/** What the dispatcher's desk asks: the list, its counts, the histogram, the sorting desk, posts, duplicates. */
import type { Point } from "geojson";
import type { ClockBrief } from "./cases";
import type { ActorFields } from "../state/actor";
import { get, post, type Query } from "./client";
import type { IncidentSummary, Named, Page } from "./types";

/** A row of the desk's list. */
export interface CaseRow extends IncidentSummary {
  clock?: ClockBrief | null;
  level?: string | null;
}

export interface QueueAlarm {
  unassigned: number;
  near_due: number;
  thresholds: { unassigned: number; near_due: number };
  alarm: boolean;
}

export interface DeskSummary {
  total: number;
  state: Record<string, number>;
  clock: Record<string, number>;
  urgency: Record<string, number>;
  level: Record<string, number>;
  organisation: { code: string | null; name: Named["name"] | null; count: number }[];
  source: Record<string, number>;
  /** How many wait at the sorting desk, by kind. */
  sorting?: Record<string, number>;
  queue: QueueAlarm;
}

export interface Bin {
  from: string;
  count: number;
  overdue: number;
}

/** A post of the base grid or of a specialist zone where an incident is; without a person it is vacant. */
export interface PlacePost {
  layer: string;
  zone: string;
  kind: string;
  person: string | null;
  organisation: Named | null;
  phone: string | null;
  on_duty_until: string | null;
}

export interface NearIncident {
  number: string;
  category: { key: string; name: Named["name"] };
  state: string;
  urgency: string;
  text: string;
  address: string | null;
  place: Point;
  reported_at: string;
  distance_m: number;
}

export const loadRows = (query: Query, abort?: AbortSignal): Promise<Page<CaseRow>> => get<Page<CaseRow>>("api/incidents", query, abort);

export const loadSummary = (query: Query, abort?: AbortSignal): Promise<DeskSummary> => get<DeskSummary>("api/dispatch/summary", query, abort);

export const loadHistogram = (query: Query, abort?: AbortSignal): Promise<{ items: Bin[] }> => get<{ items: Bin[] }>("api/dispatch/histogram", query, abort);

export const loadQueue = (kind: string, after: string | null, abort?: AbortSignal): Promise<Page<CaseRow>> =>
  get<Page<CaseRow>>("api/dispatch/queue", { kind, after, limit: 50 }, abort);

/** Posts where an incident is; telephones are whole for some roles, masked for the others. */
export const loadPosts = (incident: string, role: string, abort?: AbortSignal): Promise<{ items: PlacePost[] }> =>
  get<{ items: PlacePost[] }>("api/posts", { incident, role }, abort);

/** Open incidents around one, nearest first. */
export const loadNearby = (number: string, metres: number, abort?: AbortSignal): Promise<{ items: NearIncident[] }> =>
  get<{ items: NearIncident[] }>(`api/incidents/${encodeURIComponent(number)}/nearby`, { metres }, abort);

export interface Duplicate {
  number: string;
  category: { key: string; name: Named["name"] };
  state: string;
  text: string;
  place: IncidentSummary["place"];
  reported_at: string;
  distance_m: number;
  /** Only an open incident can be merged into. */
  is_open: boolean;
  attachments: number;
  /** Weighted sum of the grounds, 0 to 1. */
  score: number;
  parts: { part: string; score: number; weight: number; words: Named["name"] }[];
}

export const loadDuplicates = (number: string, abort?: AbortSignal): Promise<{ items: Duplicate[] }> =>
  get<{ items: Duplicate[] }>(`api/incidents/${encodeURIComponent(number)}/duplicates`, {}, abort);

/** Says, for good, that two incidents are two. */
export const keepApart = (number: string, other: string, who: ActorFields): Promise<{ items: Duplicate[] }> =>
  post<{ items: Duplicate[] }>(`api/incidents/${encodeURIComponent(number)}/duplicates`, { ...who, other, decision: "not_duplicate" });
