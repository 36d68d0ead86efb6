import { get, post } from "./client";
import type { Bounds, Incident, IncidentSummary, NewIncident, Page } from "./types";

export interface IncidentFilter {
  states: readonly string[];
  /** `layer:code` */
  zone: string | null;
  /** ISO instant: reported at or after. */
  from: string | null;
  bbox: Bounds | null;
}

export const loadIncidents = (
  filter: IncidentFilter,
  after: string | null,
  limit: number,
  abort?: AbortSignal,
): Promise<Page<IncidentSummary>> =>
  get<Page<IncidentSummary>>(
    "api/incidents",
    {
      state: filter.states,
      zone: filter.zone,
      from: filter.from,
      bbox: filter.bbox ? filter.bbox.map((value) => value.toFixed(6)).join(",") : null,
      limit,
      after,
    },
    abort,
  );

export const loadIncident = (number: string, abort?: AbortSignal): Promise<Incident> =>
  get<Incident>(`api/incidents/${encodeURIComponent(number)}`, {}, abort);

export const reportIncident = (incident: NewIncident): Promise<Incident> => post<Incident>("api/incidents", incident);
