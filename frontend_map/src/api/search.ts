import { get } from "./client";
import type { SearchHit } from "./types";

export const search = async (q: string, abort?: AbortSignal, limit = 12): Promise<SearchHit[]> =>
  (await get<{ items: SearchHit[] }>("api/search", { q, limit }, abort)).items;
