/** Looks again when something happened: at once for the first change, then at most every other second. */
import { effect, signal } from "@preact/signals";
import type { LonLat } from "../api/types";
import { incidentsVersion, page } from "../state/store";
import { count, lookAgain } from "./feed";
import * as desk from "./state";

/** How the page learns of changes, and when it last heard from the server. */
export type LiveState = "live" | "reconnecting" | "polling";
export const live = signal<{ state: LiveState; at: number | null }>({ state: "polling", at: null });

/** Places where something just happened; each is marked on the map for a while. */
export const news = signal<readonly { place: LonLat; at: number }[]>([]);
const NEWS_MS = 6_000;
const MOST_NEWS = 60;

const LIST_PAUSE_MS = 1_500;
const COUNT_PAUSE_MS = 4_000;
const TILES_PAUSE_MS = 8_000;
const POLL_MS = 15_000;

/** Runs at once, then at most once per pause; the last call of a burst is never lost. */
export function paced(run: () => void, pause: number): () => void {
  let timer = 0;
  let again = false;
  const fire = (): void => {
    run();
    timer = window.setTimeout(() => {
      timer = 0;
      if (!again) return;
      again = false;
      fire();
    }, pause);
  };
  return () => {
    if (timer) again = true;
    else fire();
  };
}

const list = paced(() => void lookAgain(), LIST_PAUSE_MS);
const counts = paced(() => void count(), COUNT_PAUSE_MS);
const tiles = paced(() => void incidentsVersion.value++, TILES_PAUSE_MS);

/** Marks a place for a while. */
export function showNews(place: LonLat): void {
  const at = Date.now();
  news.value = [...news.value, { place, at }].slice(-MOST_NEWS);
  window.setTimeout(() => (news.value = news.value.filter((one) => one.at !== at)), NEWS_MS);
}

/** Something changed somewhere. */
export function happened(number: string | null): void {
  list();
  counts();
  tiles();
  if (number !== null && number === desk.openNumber.peek()) desk.changed.value++;
}

export function startLive(): void {
  effect(() => {
    if (page.value !== "dispatch") return undefined;
    const timer = window.setInterval(() => {
      if (document.hidden) return;
      happened(desk.openNumber.peek());
      live.value = { state: "polling", at: Date.now() };
    }, POLL_MS);
    return () => window.clearInterval(timer);
  });
}
