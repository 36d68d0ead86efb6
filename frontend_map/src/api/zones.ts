import { get } from "./client";
import type { Zone } from "./types";

export const loadZone = (layer: string, code: string, at: string | null, abort?: AbortSignal): Promise<Zone> =>
  get<Zone>(`api/zones/${encodeURIComponent(layer)}/${encodeURIComponent(code)}`, { at }, abort);
