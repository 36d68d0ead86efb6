import { get } from "./client";
import type { Routing } from "./types";

export interface RoutingQuestion {
  lon: number;
  lat: number;
  category: string | null;
  at: string | null;
  crs?: string;
}

/** Dry run of the routing: nothing is stored. */
export const loadRouting = (question: RoutingQuestion, abort?: AbortSignal): Promise<Routing> =>
  get<Routing>("api/routing", { ...question }, abort);
