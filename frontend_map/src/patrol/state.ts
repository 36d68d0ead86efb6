/** What the patrol form knows: the report being written, what is on its way, whether there is a connection. */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { ApiError } from "../api/client";
import type { Text } from "../api/types";
import { t } from "../i18n";
import { actor, actorName, actorOrganisation, type ActorFields } from "../state/actor";
import { ended, me, openMode, ownRoles, readMe, saysWho, signedIn } from "../state/session";
import { sayHandled, sendReport, uploadPhoto, type Nearby } from "./api";
import * as db from "./database";
import { adopted, atOnce, due, forgotten, newId, nextLook, send, sendableBy, unsent, type Entry, type EntryPhoto, type EntryPlace, type IntakePath, type PhotoRole, type Ports } from "./outbox";
import { prepared } from "./photo";

export type Tab = "report" | "outbox" | "mine" | "tasks";
export const TABS: readonly Tab[] = ["report", "outbox", "mine", "tasks"];

export interface Draft {
  id: string;
  path: IntakePath;
  category: string | null;
  text: string;
  address: string;
  /** The writer changed the address; the server's no longer goes over it. */
  addressOwn: boolean;
  urgency: "normal" | "urgent";
  place: EntryPlace | null;
  result: string;
  photos: EntryPhoto[];
  /** Attempts of the entry that is being edited. */
  attempts: number;
}

export const emptyDraft = (): Draft => ({
  id: newId(),
  path: "escalate",
  category: null,
  text: "",
  address: "",
  addressOwn: false,
  urgency: "normal",
  place: null,
  result: "",
  photos: [],
  attempts: 0,
});

const KEPT_SENT = 50;
const RECENT = 6;

export const tab = signal<Tab>("report");
export const online = signal(navigator.onLine);
export const entries = signal<readonly Entry[]>([]);
export const draft = signal<Draft>(emptyDraft());
/** Pictures of the draft and of entries on the screen, by id, as addresses. */
export const pictures = signal<Readonly<Record<string, string>>>({});
export const recentCategories = signal<readonly string[]>([]);
export const nearby = signal<Nearby | null>(null);
/** The grid the worker stands in, or stood in last. */
export const myGrid = signal<{ code: string; name: Text } | null>(null);
export const flash = signal<string | null>(null);
export const sending = signal(false);
/** Why this browser cannot keep anything; then reports go out at once or not at all. */
export const storageTrouble = signal<string | null>(null);
export const waiting = computed(() => unsent(entries.value).length);
/** Account that was signed in here last: known without a connection. */
const lastAccount = signal<string>(remembered());
/** The account that signs what is written; null where the server asks nobody to sign in. */
export const account = computed<string | null>(() => {
  if (saysWho.value) return null;
  return me.value?.name ?? (lastAccount.value || null);
});
export const who = computed<ActorFields>(() => {
  if (account.value === null) return { by: actorName.value.trim(), role: "grid_worker", organisation: actorOrganisation.value };
  // A lead who walks along reports as what they are.
  const roles = ownRoles.value.map((one) => one.role);
  return { by: account.value, role: roles.includes("grid_worker") ? "grid_worker" : (roles[0] ?? "grid_worker"), organisation: me.value ? actor.value.organisation : null };
});
/** Whether something can be sent at all: somebody is signed in, or nobody needs to be. */
export const maySend = computed(() => openMode.value || (signedIn.value && !ended.value));
/** The server wants somebody to sign in. */
export const asksSignIn = computed(() => me.value !== null && !maySend.value);
/** Whether an entry is the present person's. */
export const mine = (entry: Entry): boolean => sendableBy(entry, account.value);

const REMEMBERED = "gridgov.patrol.account";

function remembered(): string {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return "";
  }
}

effect(() => {
  const here = me.value;
  if (here === null) return;
  lastAccount.value = here.open ? "" : (here.name ?? lastAccount.peek());
  try {
    localStorage.setItem(REMEMBERED, lastAccount.peek());
  } catch {
    // Private windows without storage: it lasts as long as the page.
  }
});

export const change = (part: Partial<Draft>): void => void (draft.value = { ...draft.value, ...part });

export function tell(text: string): void {
  flash.value = text;
  window.setTimeout(() => {
    if (flash.peek() === text) flash.value = null;
  }, 5000);
}

// --- what is kept ------------------------------------------------------------------------------------------------

let restored = false;

export async function start(): Promise<void> {
  try {
    const [kept, recent, grid] = await Promise.all([db.note<Draft>("draft"), db.note<string[]>("recent"), db.note<{ code: string; name: Text }>("grid")]);
    if (kept) draft.value = { ...emptyDraft(), ...kept };
    recentCategories.value = recent ?? [];
    myGrid.value = grid ?? null;
    await reload();
    await showPictures(draft.value.photos);
    await navigator.storage?.persist?.();
  } catch (cause) {
    storageTrouble.value = String(cause);
  }
  restored = true;
  window.addEventListener("online", () => connected(true));
  window.addEventListener("offline", () => connected(false));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void reload().then(pump);
  });
  void pump();
}

effect(() => {
  const now = draft.value;
  if (restored) db.putNote("draft", now).catch((cause: unknown) => (storageTrouble.value = String(cause)));
});

async function reload(): Promise<void> {
  entries.value = await db.allEntries();
}

function connected(now: boolean): void {
  online.value = now;
  if (!now) return;
  if (me.peek() === null) void readMe();
  sendAllAtOnce();
}

/** The connection or the person is back: nothing waits for its pause to end. */
function sendAllAtOnce(): void {
  void Promise.all(entries.value.filter((entry) => entry.state === "waiting").map((entry) => keep(atOnce(entry)))).then(pump);
}

/** Somebody has signed in, also again: what waited goes out. */
effect(() => {
  // What is sent changes the entries: the effect follows who is signed in, nothing else.
  if (maySend.value && restored) untracked(sendAllAtOnce);
});

/** Takes an entry that somebody else wrote, or nobody, as one's own. */
export const adopt = (entry: Entry): Promise<void> => again(entry, (one) => adopted(one, who.peek()));

async function keep(entry: Entry): Promise<void> {
  await db.putEntry(entry);
  entries.value = [...entries.value.filter((one) => one.id !== entry.id), entry];
}

// --- pictures ----------------------------------------------------------------------------------------------------

export async function addPhotos(files: readonly Blob[], role: PhotoRole): Promise<void> {
  for (const file of files) {
    const id = newId();
    const blob = await prepared(file);
    await db.putPicture({ id, entry: draft.value.id, blob });
    batch(() => {
      pictures.value = { ...pictures.value, [id]: URL.createObjectURL(blob) };
      change({ photos: [...draft.value.photos, { id, role, attachment: null }] });
    });
  }
}

export async function removePhoto(id: string): Promise<void> {
  change({ photos: draft.value.photos.filter((photo) => photo.id !== id) });
  await db.removePicture(id);
}

export async function showPictures(photos: readonly EntryPhoto[]): Promise<void> {
  const found: Record<string, string> = {};
  for (const photo of photos) {
    if (pictures.value[photo.id]) continue;
    const picture = await db.getPicture(photo.id);
    if (picture) found[photo.id] = URL.createObjectURL(picture.blob);
  }
  if (Object.keys(found).length > 0) pictures.value = { ...pictures.value, ...found };
}

// --- writing -----------------------------------------------------------------------------------------------------

/** Puts the report into the outbox; it goes out at once if it can. */
export async function submit(categoryName: Text): Promise<void> {
  const now = draft.value;
  const photos = now.photos.filter((photo) => (now.path === "self" ? photo.role !== "scene" : photo.role === "scene"));
  const entry: Entry = {
    id: now.id,
    path: now.path,
    at: new Date().toISOString(),
    category: now.category ?? "",
    categoryName,
    text: now.text.trim() || categoryName.zh,
    address: now.address,
    urgency: now.urgency,
    place: now.place,
    result: now.result,
    actor: who.value,
    photos,
    state: "waiting",
    attempts: now.attempts,
    notBefore: 0,
    problem: null,
    clockless: false,
    number: null,
    handled: false,
  };
  await keep(entry);
  recentCategories.value = [entry.category, ...recentCategories.value.filter((key) => key !== entry.category)].slice(0, RECENT);
  await db.putNote("recent", recentCategories.value);
  batch(() => {
    draft.value = { ...emptyDraft(), path: now.path };
    nearby.value = null;
    tab.value = "outbox";
  });
  tell(online.value ? t("patrol.queued") : t("patrol.queued_offline"));
  void pump();
}

/** Takes an entry back into the form; it is not sent meanwhile. */
export async function edit({ id }: Entry): Promise<void> {
  const entry = entries.value.find((one) => one.id === id);
  if (!entry || entry.number !== null || entry.state === "sending") return;
  await keep({ ...entry, state: "held" });
  await showPictures(entry.photos);
  batch(() => {
    draft.value = {
      id: entry.id,
      path: entry.path,
      category: entry.category,
      text: entry.text,
      address: entry.address,
      addressOwn: entry.address !== "",
      urgency: entry.urgency,
      place: entry.place,
      result: entry.result,
      photos: entry.photos,
      attempts: entry.attempts,
    };
    tab.value = "report";
  });
}

/** Leaves the form as it was before: an edited entry goes on waiting. */
export async function discard(): Promise<void> {
  const now = draft.value;
  const edited = entries.value.find((entry) => entry.id === now.id);
  if (edited) await keep({ ...edited, state: "waiting", notBefore: 0 });
  else for (const photo of now.photos) await db.removePicture(photo.id);
  draft.value = { ...emptyDraft(), path: now.path };
  void pump();
}

export async function remove({ id }: Entry): Promise<void> {
  if (sendingNow === id) return;
  await db.removeEntry(id);
  entries.value = entries.value.filter((one) => one.id !== id);
}

export async function again({ id }: Entry, changed: (entry: Entry) => Entry = atOnce): Promise<void> {
  // What was on the screen when the button was pressed may have moved on since.
  const entry = entries.value.find((one) => one.id === id);
  if (!entry || entry.state === "sending") return;
  await keep(changed(entry));
  void pump();
}

// --- sending -----------------------------------------------------------------------------------------------------

const ports: Ports = {
  picture: async (id) => (await db.getPicture(id))?.blob ?? null,
  upload: uploadPhoto,
  report: sendReport,
  handled: sayHandled,
  keep,
  now: () => Date.now(),
};

let sendingNow: string | null = null;
let timer = 0;

/** Sends what is due, one after the other; of several tabs of this browser only one does. */
export async function pump(): Promise<void> {
  window.clearTimeout(timer);
  if (sendingNow !== null || !navigator.onLine) return;
  sendingNow = "";
  try {
    // Opened without a connection, the page does not know yet who it is.
    if (me.peek() === null) await readMe();
    if (!maySend.peek()) return;
    if (navigator.locks) await navigator.locks.request("gridgov.patrol.outbox", { ifAvailable: true }, async (lock) => lock && (await sendAll()));
    else await sendAll();
  } catch (cause) {
    if (!(cause instanceof ApiError)) storageTrouble.value = String(cause);
  } finally {
    sendingNow = null;
    sending.value = false;
    schedule();
  }
}

/** How long until the server is asked again who one is. */
const UNKNOWN_MS = 5_000;

/** Looks again when something is due; whoever has to sign in begins it themselves. */
function schedule(): void {
  const look = nextLook(entries.value.filter(mine), Date.now());
  if (look === null || asksSignIn.peek()) return;
  const wait = me.peek() === null ? Math.max(UNKNOWN_MS, look) : look;
  timer = window.setTimeout(() => void pump(), wait);
}

async function sendAll(): Promise<void> {
  await reload();
  for (;;) {
    const next = due(entries.value, Date.now()).find(mine);
    if (!next || !navigator.onLine || !maySend.peek()) break;
    sendingNow = next.id;
    sending.value = true;
    const after = await send(next.actor.by === "" ? { ...next, actor: who.peek() } : next, ports);
    if (after.state === "sent") {
      tell(t("patrol.arrived", { number: after.number ?? "" }));
      // The server has them now, and shows them small.
      for (const photo of after.photos) await db.removePicture(photo.id);
    }
    for (const old of forgotten(entries.value, KEPT_SENT)) {
      await db.removeEntry(old.id);
      entries.value = entries.value.filter((one) => one.id !== old.id);
    }
  }
}
