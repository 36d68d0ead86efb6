/** One stream from the server, opened again whenever it breaks; where none can be held, asked for at intervals. */
import { base } from "./client";
import { eventsOf, type Told } from "./event_text";

export type LiveState = "live" | "reconnecting" | "polling";

export interface StreamListener {
  /** An event; its `id` is where to go on from. */
  told: (told: Told) => void;
  state: (state: LiveState) => void;
}

/** The server says something every 15 s; after this silence the connection is held for dead. */
export const SILENCE_MS = 40_000;
export const POLL_MS = 15_000;
/** While asking at intervals, a stream is tried again so often. */
export const TRY_STREAM_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** After so many failures in a row something on the way does not let streams through. */
const FAILURES = 3;
const NAMES = ["ready", "change", "resync", "beat"] as const;

type Timer = ReturnType<typeof setTimeout>;

export class Stream {
  #source: EventSource | null = null;
  #cursor: string | null;
  #failures = 0;
  #silence: Timer | null = null;
  #again: Timer | null = null;
  #poll: Timer | null = null;
  #closed = false;

  constructor(
    readonly listener: StreamListener,
    cursor: string | null,
  ) {
    this.#cursor = cursor;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    for (const timer of [this.#again, this.#poll]) if (timer) clearTimeout(timer);
  }

  /** Something suggests that the network is back: try now, not at the end of the pause. */
  hurry(): void {
    if (this.#closed || this.#source) return;
    if (this.#again) clearTimeout(this.#again);
    this.#open();
  }

  #address(more: string): string {
    const query = [...(this.#cursor === null ? [] : [`after=${encodeURIComponent(this.#cursor)}`]), ...(more ? [more] : [])];
    return `${base}api/events${query.length > 0 ? `?${query.join("&")}` : ""}`;
  }

  #open(): void {
    this.#again = null;
    if (typeof EventSource === "undefined") {
      this.#failures = FAILURES;
      this.#broke();
      return;
    }
    const source = (this.#source = new EventSource(this.#address("")));
    for (const name of NAMES) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (this.#source === source) this.#heard({ event: name, id: event.lastEventId, data: event.data });
      });
    }
    source.addEventListener("error", () => {
      if (this.#source === source) this.#broke();
    });
    this.#listen();
  }

  #heard(told: Told): void {
    this.#listen();
    this.#take(told);
    if (told.event !== "ready" && told.event !== "beat") return;
    this.#failures = 0;
    if (this.#poll) clearTimeout(this.#poll);
    this.#poll = null;
    // The server lives, but does not hear from its database.
    this.listener.state((JSON.parse(told.data) as { live?: boolean }).live === false ? "reconnecting" : "live");
  }

  #take(told: Told): void {
    if (told.id !== "") this.#cursor = told.id;
    this.listener.told(told);
  }

  #listen(): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#broke(), SILENCE_MS);
  }

  #drop(): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = null;
    this.#source?.close();
    this.#source = null;
  }

  #broke(): void {
    this.#drop();
    if (this.#closed) return;
    this.#failures++;
    const polling = this.#failures >= FAILURES;
    if (polling && !this.#poll) void this.#ask();
    else if (!polling) this.listener.state("reconnecting");
    // Two hundred browsers must not come back in the same moment.
    const pause = polling ? TRY_STREAM_MS : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    if (this.#again) clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#open(), pause * (0.75 + Math.random() / 2));
  }

  async #ask(): Promise<void> {
    this.#poll = setTimeout(() => void this.#ask(), POLL_MS);
    try {
      const answer = await fetch(this.#address("follow=false"), { headers: { Accept: "text/event-stream" } });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const text = await answer.text();
      if (this.#closed || !this.#poll) return;
      for (const told of eventsOf(text)) this.#take(told);
      this.listener.state("polling");
    } catch {
      if (!this.#closed && this.#poll) this.listener.state("reconnecting");
    }
  }
}
