/** Incidents whose place is not believed, and coordinates that stand for "somewhere". */
import type { Point } from "geojson";
import { get, put } from "./client";
import type { Incident, IncidentSummary, Page, Text } from "./types";

export const loadUnlocated = (problems: readonly string[], after: string | null, limit: number, abort?: AbortSignal): Promise<Page<IncidentSummary>> =>
  get("api/incidents", { place_status: "unlocated", place_problem: problems, state: "open", limit, after }, abort);

export interface Located {
  place: Point;
  crs: string;
  accuracy_m?: number;
  reason: string;
}

export const locate = (number: string, body: Located): Promise<Incident> => put(`api/incidents/${encodeURIComponent(number)}/place`, body);

export type FallbackState = "suspected" | "confirmed" | "refuted";

export interface FallbackPlace {
  key: string;
  place: Point;
  state: FallbackState;
  /** These four are null for a place that a person named by hand. */
  incidents: number | null;
  share: number | null;
  addresses: { given: number; different: number; contradicting: number; checked: number } | null;
  message: Text | null;
  examples: string[];
  /** Incidents that wait for locating because of it. */
  waiting: number;
  found_at: string | null;
  decided_at: string | null;
  decided_by: string | null;
  reason: string | null;
}

export const loadFallbackPlaces = async (abort?: AbortSignal): Promise<FallbackPlace[]> =>
  (await get<{ items: FallbackPlace[] }>("api/fallback-places", {}, abort)).items;

export const decideFallbackPlace = (key: string, state: "confirmed" | "refuted", reason: string): Promise<FallbackPlace> =>
  put(`api/fallback-places/${encodeURIComponent(key)}`, { state, reason });

export interface IncidentStatistics {
  total: number;
  located: number;
  not_located: { total: number; reasons: Record<string, number> };
}

/** How many incidents there are, and how many of them no map and no count by zone can hold. */
export const loadStatistics = (query: { state: string | readonly string[]; from?: string | null }, abort?: AbortSignal): Promise<IncidentStatistics> =>
  get("api/statistics/incidents", { layer: "base_grid", ...query }, abort);
