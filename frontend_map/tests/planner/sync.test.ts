import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api/client";
import type { Move, Plan, PlanStep, StepAnswer } from "../../src/api/plans";
import { redo } from "../../src/planner/actions";
import { typedPerson } from "../../src/planner/person";
import * as desk from "../../src/planner/state";
import { back, open, perform, pump, waiting } from "../../src/planner/sync";
import { me } from "../../src/state/session";
import { hindrance } from "../../src/state/store";
import { squareCity, squareShapes } from "./square_city";

/** A server with one plan: it stores steps, and can be cut off before or behind the storing. */
const server = vi.hoisted(() => ({
  revision: 0,
  steps: [] as { kind: string | null; author: string; revision: number; undone: boolean }[],
  sent: [] as { revision: number; known: readonly number[]; what: string }[],
  cut: null as null | "before" | "behind",
  refuse: null as null | ((what: string) => unknown),
  during: null as null | (() => void),
}));

vi.mock("../../src/api/plans", () => {
  const say = async (what: string, kind: string | null, by: string, undone: boolean, revision: number, known: readonly number[]): Promise<StepAnswer> => {
    server.sent.push({ revision, known: [...known], what });
    await Promise.resolve();
    if (server.cut === "before") throw new ApiError(0, "unreachable", "no network");
    const refusal = server.refuse?.(what);
    if (refusal) throw refusal;
    server.steps.push({ kind, author: by, revision: ++server.revision, undone });
    if (server.cut === "behind") throw new ApiError(0, "unreachable", "no network");
    return { revision: server.revision, seq: server.steps.length, moves: [], zones: [], measures: [] } as unknown as StepAnswer;
  };
  const online = async <T>(value: () => T): Promise<T> => {
    await Promise.resolve();
    if (server.cut) throw new ApiError(0, "unreachable", "no network");
    server.during?.();
    return value();
  };
  return {
    sendMove: (_: string, revision: number, known: readonly number[], by: string, move: Move) => say(JSON.stringify(move), move.kind, by, false, revision, known),
    sendBack: (_: string, way: "undo" | "redo", revision: number, by: string) => say(way, null, by, way === "undo", revision, []),
    loadPlan: (code: string) => online(() => ({ code, state: "draft", revision: server.revision, undo: true, redo: true }) as Plan),
    loadUnits: () => online(() => ({ ...squareCity({ columns: 4, rows: 4, block: 2 }), revision: server.revision })),
    loadShapes: () => online(() => ({ units: { type: "FeatureCollection", features: squareShapes(4, 4).map((geometry, at) => ({ type: "Feature", id: 1000 + at * 3, geometry, properties: null })) }, edges: { type: "FeatureCollection", features: [] } })),
    loadSteps: () => online(() => ({ items: server.steps.toReversed() as unknown as PlanStep[], next: null })),
  };
});

const rename = (name: string): Move => ({ kind: "rename", zone: 1, name: { zh: name, en: null } }) as Move;
const stored = (): string[] => server.steps.map((step) => step.author);
const other = (): void => void server.steps.push({ kind: "paint", author: "乙", revision: ++server.revision, undone: false });

async function settled(): Promise<void> {
  for (let n = 0; n < 200 && waiting() > 0; n++) await Promise.resolve();
  await pump();
}

beforeEach(async () => {
  vi.useFakeTimers();
  Object.assign(server, { revision: 0, steps: [], sent: [], cut: null, refuse: null, during: null });
  typedPerson.value = "甲";
  me.value = { open: true } as NonNullable<typeof me.value>;
  await open("P-1", new AbortController().signal);
});
afterEach(async () => {
  Object.assign(server, { cut: null, refuse: null, during: null });
  await pump();
  desk.resetDesk();
  vi.useRealTimers();
});

describe("a connection that is lost in the middle of a step", () => {
  it("sends the step again where the server had not stored it", async () => {
    server.cut = "before";
    perform(rename("一"));
    await pump();
    expect([desk.saveState.value, waiting()]).toEqual(["offline", 1]);
    server.cut = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect([desk.saveState.value, waiting(), stored()]).toEqual(["saved", 0, ["甲"]]);
  });

  it.each([
    ["a move", () => perform(rename("一"))],
    ["a way back", () => back("undo")],
  ])("does not do %s twice that was stored although its answer was lost", async (_, act) => {
    server.cut = "behind";
    act();
    await pump();
    expect(desk.saveState.value).toBe("offline");
    server.cut = null;
    other();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([desk.saveState.value, waiting(), stored()]).toEqual(["saved", 0, ["甲", "乙"]]);
    expect(desk.plan.value?.revision).toBe(2);
  });

  it("keeps what is drawn meanwhile, and stores it after the plan has left the desk", async () => {
    server.cut = "before";
    perform(rename("一"));
    perform(rename("二"));
    await pump();
    desk.resetDesk();
    server.cut = null;
    await open("P-2", new AbortController().signal);
    expect([waiting(), stored(), desk.plan.value?.code]).toEqual([0, ["甲", "甲"], "P-2"]);
  });

  it("waits for whoever has to sign in again", async () => {
    server.refuse = () => new ApiError(401, "sign-in-needed", "sign in");
    perform(rename("一"));
    await pump();
    expect([desk.saveState.value, waiting()]).toEqual(["signed_out", 1]);
    server.refuse = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect([desk.saveState.value, stored()]).toEqual(["saved", ["甲"]]);
  });

  it("counts a database that is away as one, and no other refusal", async () => {
    server.refuse = () => new ApiError(503, "database-away", "away");
    perform(rename("一"));
    await pump();
    expect([desk.saveState.value, waiting()]).toEqual(["offline", 1]);
    server.refuse = () => new ApiError(409, "zone-locked", "locked");
    await vi.advanceTimersByTimeAsync(5_000);
    expect([desk.saveState.value, waiting(), desk.refusal.value?.code]).toEqual(["refused", 0, "zone-locked"]);
  });
});

describe("steps of others between one's own", () => {
  it("stand against what was thought out before they were seen; one's own do not", async () => {
    perform(rename("一"));
    perform(rename("二"));
    other();
    perform(rename("三"));
    await settled();
    // The other's step got revision 1: all three were thought out on revision 0.
    expect(server.sent.map(({ revision, known }) => [revision, known])).toEqual([
      [0, []],
      [0, [2]],
      [0, [2, 3]],
    ]);
    perform(rename("四"));
    await settled();
    expect(server.sent.at(-1)).toMatchObject({ revision: 4, known: [] });
  });
});

describe("what nobody disputes of a step that met another's", () => {
  it("is stored again as one step, also where grids are not made yet", async () => {
    const [one, two] = [1000, 1003];
    redo([{ unit: one, zone: 2 }, { unit: two, zone: 2 }]);
    await settled();
    redo([{ unit: one, zone: 3 }, { unit: two, zone: 99 }]);
    await settled();
    // Where the unit is already, nothing is to be done; nor for one that is no more.
    redo([{ unit: one, zone: 3 }, { unit: 4711, zone: 1 }]);
    await settled();
    expect(server.sent.map((each) => JSON.parse(each.what))).toEqual([
      { kind: "paint", units: [one, two], zone: 2 },
      { kind: "assign", units: [one, two], zones: [3, 99] },
    ]);
  });
});

describe("a refusal", () => {
  it("of a way back that is none loses nothing and stands in nobody's way", async () => {
    server.refuse = (what) => what === "undo" && new ApiError(409, "plan-conflict", "nothing to take back", [], { conflicts: [] });
    back("undo");
    perform(rename("一"));
    await settled();
    expect([desk.saveState.value, desk.refusal.value, stored()]).toEqual(["saved", null, ["甲"]]);
    expect(hindrance.value).toBe("nothing to take back");
  });

  it("is told until the next step; a way back asked for while the plan is read anew is still sent", async () => {
    server.refuse = (what) => what.includes("一") && new ApiError(409, "zone-locked", "locked");
    server.during = () => {
      server.during = null;
      back("undo");
    };
    perform(rename("一"));
    await settled();
    expect([waiting(), server.sent.map((one) => one.what).at(-1)]).toEqual([0, "undo"]);
    perform(rename("二"));
    await settled();
    expect([desk.saveState.value, stored()]).toEqual(["saved", ["甲", "甲"]]);
  });
});
