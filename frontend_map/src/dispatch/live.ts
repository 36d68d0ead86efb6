/** Looks again when something happened: at once for the first change, then at most every other second. */
import { effect, signal } from "@preact/signals";
import { subscribe, type Change } from "../api/events";
import type { LonLat } from "../api/types";
import { incidentsVersion, page } from "../state/store";
import { openMode, signedIn } from "../state/session";
import { hasDesk } from "../state/url";
import { count, lookAgain } from "./feed";
import { paced } from "./paced";
import * as desk from "./state";

/** Places where something just happened; each is marked on the map for a while. */
export const news = signal<readonly { place: LonLat; at: number }[]>([]);
const NEWS_MS = 6_000;
const MOST_NEWS = 60;

const LIST_PAUSE_MS = 1_500;
const COUNT_PAUSE_MS = 4_000;
const TILES_PAUSE_MS = 8_000;

const list = paced(() => void lookAgain(), LIST_PAUSE_MS);
const counts = paced(() => void count(), COUNT_PAUSE_MS);
const tiles = paced(() => void incidentsVersion.value++, TILES_PAUSE_MS);

/** Marks a place for a while. */
function showNews(place: LonLat): void {
  const one = { place, at: Date.now() };
  news.value = [...news.value, one].slice(-MOST_NEWS);
  window.setTimeout(() => (news.value = news.value.filter((each) => each !== one)), NEWS_MS);
}

/** Something changed; without a number, anything may have. */
export function happened(number: string | null, reread = true): void {
  list();
  counts();
  tiles();
  if (!reread) return;
  if (number === null || number === desk.openNumber.peek()) desk.changed.value++;
}

/** Actions on many incidents at once (routing again, imports, places withdrawn) name none of them. */
const ON_MANY = /^(incident|routing|fallback_place|import\.incidents|queue)\b/;

/** Takes what the stream tells. */
export function hear(change: Change | null): void {
  if (change === null || (change.incident === null && ON_MANY.test(change.action))) {
    happened(null);
    return;
  }
  if (change.incident === null) return;
  if (change.place) showNews(change.place);
  // What was done here has been answered already.
  const open = desk.openCase.peek();
  const told = open?.number === change.incident && open.steps.some((step) => step.seq >= change.seq);
  happened(change.incident, !told);
}

export function startLive(): void {
  // Whoever has not signed in is told nothing.
  effect(() => (hasDesk(page.value) && (signedIn.value || openMode.value) ? subscribe(hear) : undefined));
}
