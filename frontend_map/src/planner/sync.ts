/** Steps on their way to the server, one after the other. What is seen at once is a forecast; the answer is the truth. */
import { batch } from "@preact/signals";
import type { ApiError } from "../api/client";
import { loadPlan, loadShapes, loadUnits, sendBack, sendMove, type CutUnit, type Move, type NewBorders, type PlanConflict, type PlanShapes, type PlanUnits, type StepAnswer } from "../api/plans";
import { asApiError } from "../parts/load";
import { announcement } from "../state/store";
import { placeInside, type Shape } from "./geometry";
import { grown } from "./grow";
import { Draft, NOWHERE } from "./measures";
import { who } from "./person";
import * as desk from "./state";

interface Waiting {
  send: (code: string, revision: number) => Promise<StepAnswer>;
  move: Move | null;
  /** Units that this step has moved here already. */
  units: ReadonlySet<number>;
  done: (answer: StepAnswer) => void;
}

const queue: Waiting[] = [];
let busy = false;

export const waiting = (): number => queue.length;

/** Sends a step; `forecast` are the units (by index) that it moves here at once. */
export function perform(
  move: Move,
  forecast: { units: number[]; to: number }[] = [],
  done: (answer: StepAnswer) => void = () => undefined,
  /** Revision the step was thought out on, where that is an older one. */
  on?: number,
): void {
  const units = new Set<number>();
  batch(() => {
    for (const part of forecast) for (const unit of desk.moveHere(part.units, part.to)?.units ?? []) units.add(unit);
  });
  enqueue({ send: (code, revision) => sendMove(code, on ?? revision, who(), move), move, units, done });
}

/** A step whose units were moved here already, while the pointer went over them. */
export function performDone(move: Move, units: Iterable<number>): void {
  enqueue({ send: (code, revision) => sendMove(code, revision, who(), move), move, units: new Set(units), done: () => undefined });
}

export function back(which: "undo" | "redo"): void {
  const plan = desk.plan.value;
  if (!plan || (queue.length === 0 && !plan[which])) return;
  enqueue({ send: (code, revision) => sendBack(code, which, revision, who()), move: null, units: new Set(), done: () => undefined });
}

function enqueue(step: Waiting): void {
  queue.push(step);
  desk.refusal.value = null;
  void pump();
}

/** Sends what waits, until nothing does or the server cannot be reached. */
export async function pump(): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    for (let step = queue[0]; step; step = queue[0]) {
      const plan = desk.plan.value;
      if (!plan) return;
      desk.saveState.value = "saving";
      let answer: StepAnswer;
      try {
        answer = await step.send(plan.code, plan.revision);
      } catch (cause) {
        const problem = asApiError(cause);
        if (problem.code === "unreachable") {
          desk.saveState.value = "offline";
          window.setTimeout(() => void pump(), 4_000);
          return;
        }
        await refused(step, problem);
        return;
      }
      queue.shift();
      accept(step, answer, plan.revision);
    }
    if (stale) await reload();
    else if (ways) await refresh();
    stale = ways = false;
    desk.saveState.value = "saved";
  } finally {
    busy = false;
  }
}

/** What is here no longer follows from the answers alone: it is read anew once nothing waits. */
let stale = false;
/** Only whether there is a way back or forward has to be asked. */
let ways = false;

function accept(step: Waiting, answer: StepAnswer, before: number): void {
  const plan = desk.plan.value;
  const here = desk.draft.value;
  if (!plan || !here) return;
  desk.plan.value = { ...plan, revision: answer.revision, undo: true, redo: false };
  // Another person's steps came in between, units were cut, or a way back was taken over steps not known here.
  if (answer.revision > before + 1) stale = true;
  else if (answer.cut?.length && answer.edges && desk.shapes.value && queue.length === 0) cutHere(here, answer, answer.cut, answer.edges);
  else if (answer.cut?.length || answer.moves.some(({ unit }) => !here.indexOf.has(unit))) stale = true;
  else apply(here, answer);
  if (step.move === null) ways = true;
  step.done(answer);
}

/** Makes here what the server says, but for units that a later step has moved again. */
function apply(here: Draft, answer: StepAnswer): void {
  const later = new Set(queue.flatMap((step) => [...step.units]));
  batch(() => {
    for (const zone of answer.zones) here.zones.set(zone.number, zone);
    if (answer.zones.length > 0) desk.touchZones(answer.zones.map((zone) => zone.number));
    const by = new Map<number, number[]>();
    for (const { unit, to } of answer.moves) {
      const index = here.indexOf.get(unit);
      if (index !== undefined && !later.has(index)) by.set(to ?? NOWHERE, [...(by.get(to ?? NOWHERE) ?? []), index]);
    }
    for (const [to, units] of by) desk.moveHere(units, to);
  });
}

/** Units were cut: the draft goes on with their pieces, and the map with their shapes. */
function cutHere(here: Draft, answer: StepAnswer, cut: CutUnit[], borders: NewBorders): void {
  const read = desk.shapes.value!;
  const zone = here.data.units.id.map((_, unit) => here.zoneOf[unit] || null);
  const made = grown({ ...here.data, units: { ...here.data.units, zone }, zones: [...here.zones.values()] }, read, cut, borders);
  const next = new Draft(made.data);
  const inside = cut.flatMap(({ unit }) => here.indexOf.get(unit) ?? []);
  batch(() => {
    for (const one of answer.zones) next.zones.set(one.number, one);
    desk.draft.value = next;
    desk.shapes.value = made.read;
    if (desk.cursor.value !== null && (inside.includes(desk.cursor.value) || desk.cursor.value >= next.size)) desk.cursor.value = null;
    desk.gathered.value = new Set();
    desk.version.value++;
  });
  apply(next, { ...answer, moves: answer.moves.filter(({ unit }) => next.indexOf.has(unit)) });
}

async function refused(step: Waiting, problem: ApiError): Promise<void> {
  // What was seen here on the strength of the forecast is taken back, with everything after it.
  queue.length = 0;
  const found = (problem.body["conflicts"] ?? []) as PlanConflict[];
  batch(() => {
    desk.saveState.value = "refused";
    desk.refusal.value = problem;
    if (problem.code === "plan-conflict" && step.move) desk.conflict.value = { move: step.move, conflicts: found };
  });
  announcement.value = problem.message;
  await reload().catch((cause: unknown) => console.warn("plan:", cause));
}

// --- reading ---------------------------------------------------------------------------------------------------------

function take(units: PlanUnits, read: PlanShapes | null): void {
  const made = new Draft(units);
  batch(() => {
    desk.draft.value = made;
    if (read) {
      const byId = new Map(read.units.features.map((feature) => [Number(feature.id), feature.geometry as Shape]));
      const polygons = units.units.id.map((id) => byId.get(id) ?? { type: "Polygon" as const, coordinates: [] });
      const lines = new Map(read.edges.features.map((feature) => [Number(feature.id), feature.geometry.coordinates]));
      desk.shapes.value = { units: polygons, places: polygons.map(placeInside), edges: units.edges.a.map((_, edge) => lines.get(edge) ?? []) };
    }
    desk.chosen.value = desk.chosen.value.filter((zone) => made.zones.has(zone));
    if (desk.cursor.value !== null && desk.cursor.value >= made.size) desk.cursor.value = null;
    desk.version.value++;
  });
}

/** Reads the head of the plan. */
export async function refresh(): Promise<void> {
  const before = desk.plan.value;
  if (!before) return;
  const now = await loadPlan(before.code, who());
  if (desk.plan.value?.code === now.code && now.revision >= desk.plan.value.revision) desk.plan.value = now;
}

/** Reads the plan anew; its shapes only if its units are others. */
export async function reload(): Promise<void> {
  const code = desk.plan.value?.code;
  if (!code) return;
  const [plan, units] = await Promise.all([loadPlan(code, who()), loadUnits(code)]);
  const old = desk.draft.value?.data;
  const same = old !== undefined && old.units.id.length === units.units.id.length && old.units.id.every((id, at) => id === units.units.id[at]) && old.edges.a.length === units.edges.a.length;
  const read = same ? null : await loadShapes(code);
  if (desk.plan.value?.code !== code) return;
  batch(() => {
    desk.plan.value = { ...plan, revision: units.revision };
    take(units, read);
  });
}

/** Opens a plan on the desk. */
export async function open(code: string, abort: AbortSignal): Promise<void> {
  const [plan, units, read] = await Promise.all([loadPlan(code, who(), abort), loadUnits(code, abort), loadShapes(code, abort)]);
  if (abort.aborted) return;
  queue.length = 0;
  batch(() => {
    desk.plan.value = { ...plan, revision: units.revision };
    take(units, read);
  });
}

/** Whether somebody else changed the plan meanwhile; then it is read anew. Returns who, if known. */
export async function look(): Promise<boolean> {
  const plan = desk.plan.value;
  const occupied = (): boolean => busy || queue.length > 0 || desk.painting.value;
  if (!plan || occupied()) return false;
  const now = await loadPlan(plan.code, who());
  if (occupied() || desk.plan.value?.code !== now.code || now.revision <= desk.plan.value.revision) return false;
  await reload();
  return true;
}
