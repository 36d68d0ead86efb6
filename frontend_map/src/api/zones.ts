import { get } from "./client";
import type { Page, Zone, ZoneSummary } from "./types";

export const loadZone = (layer: string, code: string, at: string | null, abort?: AbortSignal): Promise<Zone> =>
  get<Zone>(`api/zones/${encodeURIComponent(layer)}/${encodeURIComponent(code)}`, { at }, abort);

/** Largest page the server gives. */
const PAGE = 500;

/** How many zones a layer had on a date. */
export async function countZones(layer: string, at: string): Promise<number> {
  let count = 0;
  let after: string | null = null;
  do {
    const page: Page<ZoneSummary> = await get<Page<ZoneSummary>>("api/zones", { layer, at, limit: PAGE, after });
    count += page.items.length;
    after = page.next;
  } while (after !== null);
  return count;
}

/** The first zones of a layer whose code begins with the text or whose name holds it. */
export const findZones = async (layer: string, text: string, abort?: AbortSignal): Promise<ZoneSummary[]> =>
  (await get<Page<ZoneSummary>>("api/zones", { layer, q: text, limit: 12 }, abort)).items;
