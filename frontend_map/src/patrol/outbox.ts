/** Reports on their way to the server: what is still to be done for each, and what a failure means. Pure.
 *
 * A report is sent in steps: photos, report, and for what was handled on the spot the step of the case. After each
 * one the entry is kept, so that a lost answer, a reload or a dead battery goes on where it was. What is sent twice
 * arrives once: the entry's id is the report's reference, and the server knows a reference it has seen.
 */
import type { ActorFields } from "../state/actor";
import type { Text } from "../api/types";

export type PhotoRole = "scene" | "before" | "after";
/** `escalate`: a department is to do it; `self`: done on the spot. */
export type IntakePath = "escalate" | "self";

export interface EntryPhoto {
  /** Key of the picture in this browser. */
  id: string;
  role: PhotoRole;
  /** Id the server gave, once it has the picture. */
  attachment: string | null;
}

export interface EntryPlace {
  lon: number;
  lat: number;
  crs: "wgs84" | "gcj02";
  /** Null where the place was set on the map. */
  accuracy_m: number | null;
}

/** `held`: being edited. `refused`: the server will not have it as it is. */
export type EntryState = "waiting" | "sending" | "held" | "refused" | "sent";

export interface Entry {
  /** Made here, once: the reference under which the server knows the report. */
  id: string;
  path: IntakePath;
  /** When it was written, by this device's clock. */
  at: string;
  category: string;
  categoryName: Text;
  text: string;
  address: string;
  urgency: "normal" | "urgent";
  place: EntryPlace | null;
  /** What was done, where it was handled on the spot. */
  result: string;
  actor: ActorFields;
  photos: EntryPhoto[];
  state: EntryState;
  attempts: number;
  /** Not to be tried again before this moment, in milliseconds. */
  notBefore: number;
  /** Why it was refused, or why it waits. */
  problem: string | null;
  /** The device's clock is wrong: the server's moment counts. */
  clockless: boolean;
  number: string | null;
  handled: boolean;
}

/** What a failed request says; an `ApiError` has this shape. */
export interface Failure {
  status: number;
  code: string;
  message: string;
  errors: readonly { field: string }[];
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export interface ReportBody {
  category: string;
  text: string;
  source: "grid_worker";
  source_ref: string;
  urgency: string;
  attachments: string[];
  place: { type: "Point"; coordinates: [number, number] } | null;
  crs: string;
  accuracy_m?: number;
  address?: string;
  reported_at?: string;
  appeal_kind?: "livelihood";
  reporter: { name: string };
}

/** The report as the server takes it: the same each time it is sent. */
export function reportBody(entry: Entry): ReportBody {
  const place = entry.place;
  return {
    category: entry.category,
    text: entry.text.trim(),
    source: "grid_worker",
    source_ref: entry.id,
    urgency: entry.urgency,
    attachments: entry.photos.filter((photo) => photo.role !== "after").flatMap((photo) => photo.attachment ?? []),
    place: place ? { type: "Point", coordinates: [place.lon, place.lat] } : null,
    crs: place?.crs ?? "wgs84",
    ...(place?.accuracy_m != null ? { accuracy_m: place.accuracy_m } : {}),
    ...(entry.address.trim() ? { address: entry.address.trim() } : {}),
    ...(entry.clockless ? {} : { reported_at: entry.at }),
    // Only cases of the people's daily life can be handled on the spot.
    ...(entry.path === "self" ? { appeal_kind: "livelihood" as const } : {}),
    reporter: { name: entry.actor.by },
  };
}

/** Ways out of this module, so that it can be tested without a browser. */
export interface Ports {
  picture(id: string): Promise<Blob | null>;
  upload(picture: Blob, role: PhotoRole, by: string): Promise<string>;
  report(body: ReportBody): Promise<string>;
  /** Says on the case that it was handled on the spot; already said is said. */
  handled(number: string, entry: Entry): Promise<void>;
  keep(entry: Entry): Promise<void>;
  now(): number;
}

/** Sends an entry as far as it gets; what comes back has been kept. */
export async function send(entry: Entry, ports: Ports): Promise<Entry> {
  let now: Entry = { ...entry, state: "sending", attempts: entry.attempts + 1, problem: null };
  await ports.keep(now);
  try {
    for (const photo of now.photos) {
      if (photo.attachment) continue;
      const picture = await ports.picture(photo.id);
      if (!picture) continue;
      const attachment = await ports.upload(picture, photo.role, now.actor.by);
      now = { ...now, photos: now.photos.map((one) => (one.id === photo.id ? { ...one, attachment } : one)) };
      await ports.keep(now);
    }
    if (now.number === null) {
      now = { ...now, number: await ports.report(reportBody(now)) };
      await ports.keep(now);
    }
    if (now.path === "self" && !now.handled) {
      await ports.handled(now.number!, now);
      now = { ...now, handled: true };
    }
    now = { ...now, state: "sent", notBefore: 0 };
  } catch (cause) {
    now = afterFailure(now, asFailure(cause), ports.now());
  }
  await ports.keep(now);
  return now;
}

function asFailure(cause: unknown): Failure {
  const found = cause as Partial<Failure> | null;
  if (typeof found?.status === "number" && typeof found.code === "string") return cause as Failure;
  return { status: 0, code: "unreachable", message: String(cause), errors: [] };
}

/** Nobody is signed in, or the session has ended: it goes out once its writer has signed in again. */
export const waitsForSignIn = (failure: Failure): boolean => failure.code === "sign-in-needed";

/** Whether the same request may succeed later. */
export const passes = (failure: Failure): boolean =>
  waitsForSignIn(failure) || failure.code === "csrf-token" || failure.status === 0 || failure.status >= 500 || failure.status === 408 || failure.status === 429 || failure.code === "case-changed";

/** What becomes of an entry after a failure: it waits, is repaired, or needs its writer. */
export function afterFailure(entry: Entry, failure: Failure, now: number): Entry {
  const waiting: Entry = { ...entry, state: "waiting", problem: failure.message, notBefore: now + waitFor(entry.attempts) };
  // That was no attempt of the report's own: signed in again, it goes out at once.
  if (waitsForSignIn(failure)) return { ...waiting, notBefore: 0, attempts: Math.max(0, entry.attempts - 1) };
  if (passes(failure)) return waiting;
  const at = failure.errors.map((error) => error.field);
  if (failure.code === "bad-parameter" && at.includes("reported_at") && !entry.clockless) {
    return { ...waiting, clockless: true, notBefore: 0 };
  }
  // Pictures that lay unnamed for too long were removed: they are still here, and are sent anew, once.
  if (failure.code === "attachment-not-free" && entry.number === null && entry.attempts <= 2) {
    return { ...waiting, notBefore: 0, photos: entry.photos.map((photo) => ({ ...photo, attachment: null })) };
  }
  return { ...entry, state: "refused", problem: failure.message };
}

/** Each wait is twice the one before, up to five minutes. */
export const waitFor = (attempts: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1));

/** What is to be sent now, the oldest first. What a page that died was sending counts as waiting. */
export function due(entries: readonly Entry[], now: number): Entry[] {
  return entries
    .filter((entry) => (entry.state === "waiting" && entry.notBefore <= now) || entry.state === "sending")
    .toSorted((a, b) => a.at.localeCompare(b.at));
}

/**
 * Whether an account may send an entry: only who wrote it does. Null is a server where nobody signs in.
 * What was written before anybody had signed in here is nobody's yet.
 */
export const sendableBy = (entry: Entry, account: string | null): boolean => account === null || entry.actor.by === "" || entry.actor.by === account;

/** The entry as written by who is signed in. */
export const adopted = (entry: Entry, actor: ActorFields): Entry => ({ ...atOnce(entry), actor });

/** When to look again, in milliseconds from now; null when nothing waits. */
export function nextLook(entries: readonly Entry[], now: number): number | null {
  const moments = entries.filter((entry) => entry.state === "waiting").map((entry) => entry.notBefore);
  return moments.length === 0 ? null : Math.max(500, Math.min(...moments) - now);
}

/** The connection is back, or the writer presses "now". */
export const atOnce = (entry: Entry): Entry => (entry.state === "waiting" || entry.state === "refused" ? { ...entry, state: "waiting", notBefore: 0, problem: null } : entry);

/** Once the server may have it, it can no longer be thrown away here as if it had never been. */
export const mayHaveArrived = (entry: Entry): boolean => entry.number !== null || entry.attempts > 0;

/** The report arrived but the case would not be closed on the spot: leave it to a department. */
export const leaveToDepartment = (entry: Entry): Entry => ({ ...entry, path: "escalate", state: "waiting", notBefore: 0, problem: null });

export const unsent = (entries: readonly Entry[]): Entry[] => entries.filter((entry) => entry.state !== "sent");

/** Sent ones are kept for "my reports", the newest so many. */
export function forgotten(entries: readonly Entry[], kept: number): Entry[] {
  return entries.filter((entry) => entry.state === "sent").toSorted((a, b) => b.at.localeCompare(a.at)).slice(kept);
}

export type Missing = "need_category" | "need_before" | "need_after" | "need_result" | "need_name";

/** What an entry lacks before it can go out. */
export function missing(entry: Pick<Entry, "category" | "path" | "photos" | "result" | "actor">): Missing[] {
  const roles = new Set(entry.photos.map((photo) => photo.role));
  const found: Missing[] = [];
  if (!entry.category) found.push("need_category");
  if (entry.path === "self" && !roles.has("before")) found.push("need_before");
  if (entry.path === "self" && !roles.has("after")) found.push("need_after");
  if (entry.path === "self" && !entry.result.trim()) found.push("need_result");
  if (!entry.actor.by.trim()) found.push("need_name");
  return found;
}

/** A random UUID, also where the page is not served securely. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
