import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Change } from "../../src/api/events";

type Events = typeof import("../../src/api/events");

/** A stream as the browser makes it, driven by the test. */
class Source {
  static opened: Source[] = [];
  static get last(): Source {
    return Source.opened.at(-1)!;
  }
  closed = false;
  #listeners = new Map<string, (event: { lastEventId: string; data: string }) => void>();
  constructor(readonly url: string) {
    Source.opened.push(this);
  }
  addEventListener(name: string, listener: (event: { lastEventId: string; data: string }) => void): void {
    this.#listeners.set(name, listener);
  }
  close(): void {
    this.closed = true;
  }
  say(name: string, id: string, data: unknown = {}): void {
    this.#listeners.get(name)?.({ lastEventId: id, data: JSON.stringify(data) });
  }
  fail(): void {
    this.say("error", "");
  }
  ready(id = "10"): void {
    this.say("ready", id, { at: "2026-11-27T00:00:00Z", live: true });
  }
  change(seq: number): void {
    this.say("change", String(seq), { seq, action: "incident.report", incident: `N${seq}` });
  }
}

/** Tabs that hear each other at once. */
class Channel {
  static open: Channel[] = [];
  #listener: ((event: { data: unknown }) => void) | null = null;
  constructor(readonly name: string) {
    Channel.open.push(this);
  }
  addEventListener(_name: string, listener: (event: { data: unknown }) => void): void {
    this.#listener = listener;
  }
  postMessage(data: unknown): void {
    for (const other of Channel.open) if (other !== this && other.name === this.name) other.#listener?.({ data: structuredClone(data) });
  }
  close(): void {
    Channel.open = Channel.open.filter((one) => one !== this);
  }
}

/** Locks of one browser: one holder, the others wait in turn. */
class Locks {
  #waiting: (() => Promise<void>)[] = [];
  #held = false;
  request(_name: string, _options: unknown, work: () => Promise<void>): Promise<void> {
    this.#waiting.push(work);
    this.#next();
    return Promise.resolve();
  }
  #next(): void {
    const work = this.#held ? undefined : this.#waiting.shift();
    if (!work) return;
    this.#held = true;
    void work().then(() => {
      this.#held = false;
      this.#next();
    });
  }
}

class Storage {
  #kept = new Map<string, string>();
  getItem = (name: string): string | null => this.#kept.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.#kept.set(name, value);
  removeItem = (name: string): void => void this.#kept.delete(name);
}

/** The module as another tab loads it. */
async function tab(): Promise<{ events: Events; heard: (number | null)[]; leave: () => void }> {
  vi.resetModules();
  const events = await import("../../src/api/events");
  const heard: (number | null)[] = [];
  const leave = events.subscribe((change: Change | null) => heard.push(change?.seq ?? null));
  leaving.push(leave);
  return { events, heard, leave };
}

let leaving: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  Source.opened = [];
  Channel.open = [];
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("navigator", { locks: new Locks() });
});
afterEach(() => {
  leaving.forEach((leave) => leave());
  leaving = [];
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("one tab", () => {
  it("hears every change once, and reads anew when the stream begins or lost something", async () => {
    const { events, heard } = await tab();
    expect(events.liveStatus.value).toEqual({ state: "reconnecting", at: null });
    Source.last.ready();
    expect(events.liveStatus.value.state).toBe("live");
    Source.last.change(11);
    Source.last.change(11);
    Source.last.say("resync", "900");
    Source.last.change(901);
    expect(heard).toEqual([null, 11, null, 901]);
    expect(events.liveStatus.value.at).toBe(Date.now());
  });

  it("goes on from the last event after a break, without reading anew", async () => {
    const { events, heard } = await tab();
    Source.last.ready();
    Source.last.say("change", "12~11", { seq: 12 });
    Source.last.fail();
    expect(events.liveStatus.value.state).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(Source.opened).toHaveLength(2);
    expect(new URL(Source.last.url).searchParams.get("after")).toBe("12~11");
    Source.last.change(11);
    Source.last.ready("12");
    expect(heard).toEqual([null, 12, 11]);
    expect(events.liveStatus.value.state).toBe("live");
  });

  it("takes a silent connection for a dead one", async () => {
    await tab();
    const first = Source.last;
    first.ready();
    await vi.advanceTimersByTimeAsync(30_000);
    first.say("beat", "10", { live: true });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(first.closed).toBe(true);
    expect(Source.opened.length).toBeGreaterThan(1);
  });

  it("says that nothing is heard while the server has no database", async () => {
    const { events } = await tab();
    Source.last.ready();
    Source.last.say("beat", "10", { live: false });
    expect(events.liveStatus.value.state).toBe("reconnecting");
    Source.last.say("beat", "10", { live: true });
    expect(events.liveStatus.value.state).toBe("live");
  });

  it("asks at intervals where no stream gets through, and returns to the stream", async () => {
    const answers = ['id: 10\nevent: ready\ndata: {"live":true}\n\n', 'id: 11\nevent: change\ndata: {"seq":11}\n\nid: 11\nevent: ready\ndata: {}\n\n'];
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(new URL(url).search);
      return Promise.resolve(new Response(answers[asked.length - 1] ?? 'id: 11\nevent: ready\ndata: {}\n\n'));
    });
    const { events, heard } = await tab();
    for (let n = 0; n < 3; n++) {
      Source.last.fail();
      if (n < 2) await vi.advanceTimersByTimeAsync(6_000);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(events.liveStatus.value.state).toBe("polling");
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked).toEqual(["?follow=false", "?after=10&follow=false"]);
    expect(heard).toEqual([null, 11]);
    await vi.advanceTimersByTimeAsync(65_000);
    Source.last.ready("11");
    expect(events.liveStatus.value.state).toBe("live");
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(35_000);
    expect(asked).toHaveLength(before);
    expect(heard).toEqual([null, 11]);
  });

  it("opens nothing before somebody listens, and closes when nobody does", async () => {
    const { events, leave } = await tab();
    const again = events.subscribe(() => undefined);
    expect(Source.opened).toHaveLength(1);
    leave();
    expect(Source.last.closed).toBe(false);
    again();
    expect(Source.last.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(Source.opened).toHaveLength(1);
  });

  it("goes on though one listener fails", async () => {
    const complained = vi.spyOn(console, "error").mockReturnValue();
    const { events, heard } = await tab();
    leaving.push(
      events.subscribe(() => {
        throw new Error("not today");
      }),
    );
    const other: unknown[] = [];
    leaving.push(events.subscribe((change) => other.push(change?.seq)));
    Source.last.ready();
    Source.last.change(11);
    expect(heard).toEqual([null, 11]);
    expect(other).toEqual([undefined, 11]);
    expect(complained).toHaveBeenCalledTimes(2);
  });
});

describe.each(["locks", "a note in the storage"])("several tabs of one browser, by %s", (means) => {
  beforeEach(() => {
    if (means === "locks") return;
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("localStorage", new Storage());
  });

  it("share one stream", async () => {
    const first = await tab();
    Source.last.ready();
    const second = await tab();
    expect(Source.opened).toHaveLength(1);
    expect(second.events.liveStatus.value.state).toBe("live");
    Source.last.change(11);
    expect(first.heard).toEqual([null, 11]);
    expect(second.heard).toEqual([11]);
    Source.last.fail();
    expect(second.events.liveStatus.value.state).toBe("reconnecting");
  });

  it("lose nothing when the one with the stream is closed", async () => {
    const first = await tab();
    Source.last.ready();
    const second = await tab();
    Source.last.change(11);
    first.leave();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(Source.opened).toHaveLength(2);
    expect(new URL(Source.last.url).searchParams.get("after")).toBe("11");
    Source.last.change(12);
    Source.last.ready("12");
    expect(second.heard).toEqual([11, 12]);
    expect(first.heard).toEqual([null, 11]);
    expect(second.events.liveStatus.value.state).toBe("live");
  });

  it("say so when the one with the stream has fallen silent", async () => {
    await tab();
    Source.last.ready();
    const second = await tab();
    Channel.open[0]!.postMessage = () => undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(second.events.liveStatus.value.state).toBe("reconnecting");
  });
});

it("tabs that cannot talk have a stream each", async () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  await tab();
  await tab();
  expect(Source.opened).toHaveLength(2);
});
