/** Between whom a case lies: both sides of each border near it, and what was disputed. */
import { get } from "./client";
import type { Named } from "./types";

export interface Side {
  zone: Named;
  organisation: Named | null;
  distance_m: number;
}

export interface BorderSides {
  layer: Named;
  own: Side | null;
  /** The nearest first. */
  others: Side[];
  /** The border is nearer than the place is accurate. */
  within_accuracy: boolean;
  /** The rule that decided looks at this layer. */
  decides: boolean;
}

export interface Dispute {
  seq: number;
  at: string;
  by: string;
  role: string | null;
  organisation: string | null;
  kind: "object" | "adjudicate" | "hand_over" | "send_back";
  reason: string | null;
  lead_before: Named | null;
  lead_after: Named | null;
}

export interface CaseSides {
  number: string;
  accuracy_m: number;
  responsible: Named | null;
  lead: Named | null;
  is_border_case: boolean;
  borders: BorderSides[];
  disputes: Dispute[];
}

export const loadSides = (number: string, abort?: AbortSignal): Promise<CaseSides> => get<CaseSides>(`api/cases/${encodeURIComponent(number)}/sides`, {}, abort);
