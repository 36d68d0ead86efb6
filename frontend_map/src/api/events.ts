/** Live events: one stream for all tabs of a browser, which allows only six connections to a server. */
import { signal } from "@preact/signals";
import { base } from "./client";
import { lead, type Lead } from "./event_lead";
import { Stream, type LiveState } from "./event_stream";
import type { Told } from "./event_text";
import type { LonLat } from "./types";

export type { LiveState } from "./event_stream";

/** An entry of the history; what concerns the incident is how it stands when told. */
export interface Change {
  seq: number;
  at: string;
  by: string;
  /** For example `incident.report` or `plan.paint`. */
  action: string;
  /** Number of the incident. */
  incident: string | null;
  /** Code of the plan. */
  plan: string | null;
  state: string | null;
  urgency: string | null;
  lead: string | null;
  place: LonLat | null;
  category: string | null;
  base_grid: string | null;
}

/** A change, or `null`: something may have been missed, everything has to be read anew. */
export type Listener = (change: Change | null) => void;

/** How changes reach this page, and when the server was last heard of (milliseconds). */
export const liveStatus = signal<{ state: LiveState; at: number | null }>({ state: "reconnecting", at: null });

/** What tabs say to each other. */
type Word = { told: Told } | { state: LiveState; cursor: string | null } | { hello: true };

/** A tab that hears nothing from the one that holds the stream, for longer than its beats, says so. */
const SILENCE_MS = 50_000;
/** Who comes back may be told something twice; numbers are remembered for that long. */
const REMEMBERED = 4_000;

const listeners = new Set<Listener>();
let running: { stop: () => void } | null = null;

/** Calls back for every change from now on, and with `null` once the stream has begun. */
export function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  running ??= start();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    running?.stop();
    running = null;
  };
}

function start(): { stop: () => void } {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`gridgov.events ${base}`);
  let stream: Stream | null = null;
  let cursor: string | null = null;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let seen = new Set<number>();
  let seenBefore = new Set<number>();

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, its own
  const say = (word: Word): void => channel?.postMessage(word);
  const show = (state: LiveState, heard: boolean): void => {
    liveStatus.value = { state, at: heard ? Date.now() : liveStatus.peek().at };
    clearTimeout(silence);
    silence = setTimeout(() => (liveStatus.value = { ...liveStatus.peek(), state: "reconnecting" }), SILENCE_MS);
  };
  const take = (told: Told): void => {
    // Between the first question of a page and the beginning of its stream something may have happened.
    const begins = told.event === "ready" && cursor === null;
    if (told.id !== "") cursor = told.id;
    if (told.event === "resync" || begins) tell(null);
    if (told.event !== "change") return;
    const change = JSON.parse(told.data) as Change;
    if (seen.has(change.seq) || seenBefore.has(change.seq)) return;
    seen.add(change.seq);
    if (seen.size >= REMEMBERED / 2) [seenBefore, seen] = [seen, new Set()];
    tell(change);
  };

  if (channel) {
    channel.addEventListener("message", ({ data: word }: MessageEvent<Word>) => {
      if ("hello" in word) {
        if (stream) say({ state: liveStatus.peek().state, cursor });
      } else if (stream) {
        // This tab hears for itself.
      } else if ("told" in word) {
        take(word.told);
        if (word.told.event === "beat" || word.told.event === "change") show(liveStatus.peek().state, true);
      } else {
        cursor ??= word.cursor;
        show(word.state, word.state !== "reconnecting");
      }
    });
    say({ hello: true });
  }

  const leading: Lead = lead(`gridgov.events ${base}`, channel !== null, () => {
    stream = new Stream(
      {
        told: (told) => {
          take(told);
          say({ told });
          if (told.event !== "ready") show(liveStatus.peek().state, true);
        },
        state: (state) => {
          show(state, state !== "reconnecting");
          say({ state, cursor });
        },
      },
      cursor,
    );
    return () => {
      stream?.close();
      stream = null;
    };
  });

  const hurry = (): void => stream?.hurry();
  globalThis.addEventListener?.("online", hurry);
  return {
    stop: () => {
      globalThis.removeEventListener?.("online", hurry);
      clearTimeout(silence);
      leading.leave();
      channel?.close();
      liveStatus.value = { ...liveStatus.peek(), state: "reconnecting" };
    },
  };
}

function tell(change: Change | null): void {
  for (const listener of listeners) {
    try {
      listener(change);
    } catch (cause) {
      console.error("events:", cause);
    }
  }
}
