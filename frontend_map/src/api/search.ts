import { get } from "./client";
import type { SearchHit } from "./types";

export const search = async (q: string, abort?: AbortSignal): Promise<SearchHit[]> =>
  (await get<{ items: SearchHit[] }>("api/search", { q, limit: 12 }, abort)).items;
