import { beforeEach, expect, test, vi } from "vitest";
import type { Change } from "../../src/api/events";

vi.mock("../../src/dispatch/feed", () => ({ count: vi.fn(), lookAgain: vi.fn() }));

import { lookAgain } from "../../src/dispatch/feed";
import { hear } from "../../src/dispatch/live";
import * as desk from "../../src/dispatch/state";

const PAUSE_MS = 10_000;

const entry = (action: string, incident: string | null = null): Change => ({
  seq: 1,
  at: "2026-11-27T08:00:00Z",
  by: "gridgov",
  action,
  incident,
  plan: null,
  state: null,
  urgency: null,
  lead: null,
  place: null,
  category: null,
  base_grid: null,
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.advanceTimersByTime(PAUSE_MS);
  vi.mocked(lookAgain).mockClear();
});

test.each(["routing.again", "incident.unlocate", "fallback_place.refute", "import.incidents"])("%s moves many incidents: the list and the open one are read anew", (action) => {
  const before = desk.changed.value;
  hear(entry(action));
  expect(desk.changed.value).toBe(before + 1);
  vi.advanceTimersByTime(PAUSE_MS);
  expect(lookAgain).toHaveBeenCalled();
});

test.each(["plan.move", "rules.change"])("%s is about no incident: nothing is read", (action) => {
  const before = desk.changed.value;
  hear(entry(action));
  vi.advanceTimersByTime(PAUSE_MS);
  expect(desk.changed.value).toBe(before);
  expect(lookAgain).not.toHaveBeenCalled();
});

test("a change of another incident leaves the open one alone", () => {
  desk.openIncident("3702122026112700001", false);
  const before = desk.changed.value;
  hear(entry("incident.dispatch", "3702122026112700002"));
  expect(desk.changed.value).toBe(before);
  hear(entry("incident.dispatch", "3702122026112700001"));
  expect(desk.changed.value).toBe(before + 1);
});
