/** Files and links that leave: exports, share links. */
import { get, post, queryString, remove, send, type Query } from "./client";

export interface Progress {
  bytes: number;
}

/** Reads a file while telling how much of it has come. */
export async function download(path: string, query: Query, body: unknown, told: (progress: Progress) => void, abort: AbortSignal): Promise<Blob> {
  const response =
    body === null
      ? await send(path + queryString(query), { signal: abort, headers: { Accept: "*/*" } })
      : await send(path + queryString(query), { method: "POST", body: JSON.stringify(body), signal: abort, headers: { Accept: "*/*", "Content-Type": "application/json" } });
  const type = response.headers.get("Content-Type") ?? "application/octet-stream";
  const reader = response.body?.getReader();
  if (!reader) return response.blob();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
    told({ bytes });
  }
  return new Blob(pieces, { type });
}

export interface SharedView {
  /** Filters of the list, as a query string. */
  query: string;
  /** `zoom/lat/lon` */
  map: string | null;
}

export interface ShareLink {
  id: string | number;
  title: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  opened: number;
  /** Told once, when it is made. */
  url?: string;
}

export const loadShareLinks = async (abort?: AbortSignal): Promise<ShareLink[]> => (await get<{ items: ShareLink[] }>("api/share-links", {}, abort)).items;
export const makeShareLink = (body: { title: string; view: SharedView; expires: string }): Promise<ShareLink> => post<ShareLink>("api/share-links", body);
export const revokeShareLink = (id: string | number): Promise<void> => remove(`api/share-links/${encodeURIComponent(String(id))}`);
