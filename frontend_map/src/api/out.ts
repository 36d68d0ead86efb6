/** Files and links that leave: exports, share links. */
import { get, post, queryString, remove, send, type Query } from "./client";

export interface Progress {
  bytes: number;
}

/** Reads a file while telling how much of it has come; a question too long for an address goes as a body. */
export async function download(path: string, query: Query, told: (progress: Progress) => void, abort: AbortSignal, body?: unknown): Promise<Blob> {
  const asked = body === undefined ? { headers: { Accept: "*/*" } } : { method: "POST", body: JSON.stringify(body), headers: { Accept: "*/*", "Content-Type": "application/json" } };
  const response = await send(path + queryString(query), { signal: abort, ...asked });
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

export interface ShareLink {
  id: number;
  title: string;
  /** Filters of the list, as a query string. */
  query: string;
  created_at: string;
  expires_at: string;
  expired: boolean;
  opened: number;
}

/** The path opens the view; it is told once. */
export interface NewShareLink extends ShareLink {
  path: string;
}

export const loadShareLinks = async (abort?: AbortSignal): Promise<ShareLink[]> => (await get<{ items: ShareLink[] }>("api/share-links", {}, abort)).items;
export const makeShareLink = (body: { title: string; query: string; map?: { centre: [number, number]; zoom: number }; expires_at: string }): Promise<NewShareLink> =>
  post<NewShareLink>("api/share-links", body);
export const revokeShareLink = (id: number): Promise<void> => remove(`api/share-links/${id}`);
