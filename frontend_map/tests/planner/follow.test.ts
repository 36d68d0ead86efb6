import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Change, Listener } from "../../src/api/events";
import { followPlan } from "../../src/planner/follow";
import { painting, saveState } from "../../src/planner/state";

const stream = vi.hoisted(() => ({ say: null as unknown as Listener, state: "live", stopped: 0 }));
vi.mock("../../src/api/events", () => ({
  subscribe: (listener: Listener) => {
    stream.say = listener;
    return () => stream.stopped++;
  },
  liveStatus: { peek: () => ({ state: stream.state }) },
}));

const change = (plan: string | null): Change => ({ plan }) as Change;
const look = vi.fn();
let stop = (): void => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  look.mockReset();
  stream.state = "live";
  stop = followPlan("P-1", look);
});
afterEach(() => {
  stop();
  painting.value = false;
  saveState.value = "saved";
  vi.useRealTimers();
});

it("looks once for several steps of this plan, soon, and not for those of others", () => {
  stream.say(change("P-2"));
  stream.say(change(null));
  vi.advanceTimersByTime(1_000);
  expect(look).not.toHaveBeenCalled();
  for (let n = 0; n < 5; n++) stream.say(change("P-1"));
  vi.advanceTimersByTime(1_000);
  expect(look).toHaveBeenCalledTimes(1);
  stream.say(null);
  vi.advanceTimersByTime(1_000);
  expect(look).toHaveBeenCalledTimes(2);
});

it("waits for a stroke under way, and then looks", () => {
  painting.value = true;
  stream.say(change("P-1"));
  vi.advanceTimersByTime(2_000);
  expect(look).not.toHaveBeenCalled();
  painting.value = false;
  vi.advanceTimersByTime(300);
  expect(look).toHaveBeenCalledTimes(1);
});

it("does not ask at intervals while it is told, and does when it is not", () => {
  vi.advanceTimersByTime(60_000);
  expect(look).not.toHaveBeenCalled();
  stream.state = "reconnecting";
  vi.advanceTimersByTime(30_000);
  expect(look).toHaveBeenCalledTimes(2);
});

it("stops with its page", () => {
  const before = stream.stopped;
  stream.say(change("P-1"));
  stop();
  vi.advanceTimersByTime(60_000);
  expect(stream.stopped).toBe(before + 1);
  expect(look).not.toHaveBeenCalled();
});
