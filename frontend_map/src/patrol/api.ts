/** What a patrol asks the server. */
import { get, post, postForm } from "../api/client";
import { loadCase, takeStep } from "../api/cases";
import type { Incident, Named, Text } from "../api/types";
import type { ActorFields } from "../state/actor";
import type { Entry, EntryPlace, PhotoRole, ReportBody } from "./outbox";

export interface Landmark {
  kind: "building" | "facility" | "street";
  code: string;
  name: Text;
  distance_m: number;
  direction: string | null;
  words: Text;
}

export interface Nearby {
  place: { type: "Point"; coordinates: [number, number] };
  landmark: Landmark | null;
  address: Text | null;
  base_grid: Named | null;
  region: Named | null;
}

export interface Suggestion {
  number: string;
  text: string;
  category: { key: string; name: Text };
  state: string;
  reported_at: string;
  distance_m: number;
  score: number;
  parts: { part: string; words: Text }[];
}

export interface UrgentTask {
  code: string;
  title: Text;
  text: Text;
  forward: Text | null;
  state: string;
  issued_by: string;
  due_at: string;
  mine: { grid: string; state: string; reminders: number } | null;
}

export const loadNearby = (place: Pick<EntryPlace, "lon" | "lat" | "crs">, abort?: AbortSignal): Promise<Nearby> =>
  get<Nearby>("api/nearby", { lon: place.lon, lat: place.lat, crs: place.crs }, abort);

export const loadAlike = (place: EntryPlace, category: string, text: string, abort?: AbortSignal): Promise<{ items: Suggestion[] }> =>
  get<{ items: Suggestion[] }>("api/duplicates", { lon: place.lon, lat: place.lat, crs: place.crs, category, text: text.slice(0, 400) }, abort);

export async function uploadPhoto(picture: Blob, role: PhotoRole, by: string): Promise<string> {
  const form = new FormData();
  form.append("role", role);
  form.append("by", by.slice(0, 60));
  form.append("file", picture, `${role}.jpg`);
  return (await postForm<{ id: string }>("api/attachments", form)).id;
}

export const sendReport = async (body: ReportBody): Promise<string> => (await post<Incident>("api/incidents", body)).number;

/** Says that a case was handled on the spot, unless it says so already. */
export async function sayHandled(number: string, entry: Entry): Promise<void> {
  const found = await loadCase(number, entry.actor);
  if (found.outcome === "self_handled" || found.steps.some((step) => step.action === "self_handle")) return;
  const attachments = entry.photos.flatMap((photo) => photo.attachment ?? []);
  await takeStep(number, entry.actor, "self_handle", found.revision, { result: entry.result.trim(), attachments });
}

export const loadTasks = (grid: string, abort?: AbortSignal): Promise<{ items: UrgentTask[] }> =>
  get<{ items: UrgentTask[] }>("api/urgent-tasks", { grid, state: ["open", "overdue"] }, abort);

export const answerTask = (code: string, who: ActorFields, grid: string, action: "acknowledge" | "done" | "undo", said: { note?: string; count?: number }): Promise<unknown> =>
  post(`api/urgent-tasks/${encodeURIComponent(code)}/receipts`, { ...who, grid, action, ...said });
