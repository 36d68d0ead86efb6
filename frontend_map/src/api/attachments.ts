/** Photos and files: sent first, named by a report or a step afterwards. */
import type { Point } from "geojson";
import { base, get, postForm } from "./client";

export const FILE_ROLES = ["scene", "before", "after", "other"] as const;
export type FileRole = (typeof FILE_ROLES)[number];

export interface Attachment {
  id: string;
  kind: "jpeg" | "png" | "webp" | "pdf" | "mp4";
  bytes: number;
  name: string | null;
  role: FileRole;
  taken_at: string | null;
  position: Point | null;
  uploaded_by: string;
  uploaded_at: string;
  url: string;
  thumbnail: string | null;
}

export interface IncidentAttachment extends Attachment {
  attached_at: string;
  /** Metres from where the camera was to the incident's place. */
  distance_m: number | null;
}

export const loadAttachments = async (number: string, abort?: AbortSignal): Promise<IncidentAttachment[]> =>
  (await get<{ items: IncidentAttachment[] }>(`api/incidents/${encodeURIComponent(number)}/attachments`, {}, abort)).items;

/** Addresses of the server are absolute paths of its own; the page may lie behind a prefix. */
export const contentAddress = (id: string): string => `${base}api/attachments/${encodeURIComponent(id)}`;
export const thumbnailAddress = (id: string): string => `${contentAddress(id)}/thumbnail`;

/** Sends a file; the answer's id is what a step names. */
export async function sendAttachment(file: File, role: FileRole, by: string): Promise<Attachment> {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("role", role);
  if (by) form.append("by", by);
  return postForm<Attachment>("api/attachments", form);
}
