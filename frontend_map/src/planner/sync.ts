/** Steps on their way to the server, one after the other. What is seen at once is a forecast; the answer is the truth. */
import { batch } from "@preact/signals";
import { ApiError } from "../api/client";
import { loadPlan, loadShapes, loadSteps, loadUnits, sendBack, sendMove, type CutUnit, type Move, type NewBorders, type PlanConflict, type PlanShapes, type PlanStep, type PlanUnits, type StepAnswer } from "../api/plans";
import { asApiError } from "../parts/load";
import { announcement, hindrance } from "../state/store";
import { placeInside, type Shape } from "./geometry";
import { grown } from "./grow";
import { Draft, NOWHERE } from "./measures";
import { who } from "./person";
import * as desk from "./state";

interface Waiting {
  /** Null: the way back or forward. */
  move: Move | null;
  way: "undo" | "redo" | null;
  /** Revision the step was thought out on. */
  on: number;
  /** Units that this step has moved here already. */
  units: ReadonlySet<number>;
  done: (answer: StepAnswer) => void;
  /** It was sent and no answer came: it may be stored. */
  unsure: boolean;
}

/** The plan that steps go to, whether it is still on the desk or not. */
interface Site {
  code: string;
  /** What is here is this revision, with one's own steps since. */
  read: number;
  /** The newest revision known of. */
  head: number;
}

const queue: Waiting[] = [];
let site: Site | null = null;
/** Revisions of one's own steps since the oldest that a step was thought out on: these do not stand against each other. */
let mine: number[] = [];
let running: Promise<void> | null = null;

/** Steps that are not stored yet. */
export const waiting = (): number => queue.length;

const RETRY_MS = 4_000;
const SIGN_IN = "sign-in-needed";

/** Sends a step; `forecast` are the units (by index) that it moves here at once. */
export function perform(
  move: Move,
  forecast: { units: number[]; to: number }[] = [],
  done: (answer: StepAnswer) => void = () => undefined,
  /** Revision it was thought out on, where that is an older one. */
  on?: number,
): void {
  const units = new Set<number>();
  batch(() => {
    for (const part of forecast) for (const unit of desk.moveHere(part.units, part.to)?.units ?? []) units.add(unit);
  });
  enqueue({ move, way: null, units, done }, on);
}

/** A step whose units were moved here already, while the pointer went over them. */
export function performDone(move: Move, units: Iterable<number>): void {
  enqueue({ move, way: null, units: new Set(units), done: () => undefined });
}

export function back(way: "undo" | "redo"): void {
  const plan = desk.plan.value;
  if (!plan || (queue.length === 0 && !plan[way])) return;
  enqueue({ move: null, way, units: new Set(), done: () => undefined });
}

function enqueue(step: Omit<Waiting, "on" | "unsure">, on: number = site?.read ?? 0): void {
  queue.push({ ...step, on, unsure: false });
  desk.refusal.value = null;
  void pump();
}

/** Sends what waits, until nothing does or the server cannot be reached. */
export function pump(): Promise<void> {
  running ??= work().finally(() => (running = null));
  return running;
}

/** Whether the server may answer later, or to whoever signs in again: what waits is kept. */
const away = (problem: ApiError): boolean => problem.code === SIGN_IN || problem.code === "unreachable" || (problem.status >= 502 && problem.status <= 504 && problem.code !== "too-slow");

async function work(): Promise<void> {
  try {
    // While the plan is read anew, more may be drawn.
    do {
      await sendAll();
      if (stale) await reload();
      else if (ways) await refresh();
      stale = ways = false;
    } while (queue.length > 0 && site);
    mine = mine.filter((revision) => revision > (site?.read ?? 0));
    desk.saveState.value = desk.refusal.value ? "refused" : "saved";
  } catch (cause) {
    const problem = asApiError(cause);
    if (!away(problem)) throw problem;
    desk.saveState.value = problem.code === SIGN_IN ? "signed_out" : "offline";
    setTimeout(() => void pump(), RETRY_MS);
  }
}

async function sendAll(): Promise<void> {
  for (let step = queue[0]; step && site; step = queue[0]) {
    desk.saveState.value = "saving";
    try {
      const stored = step.unsure ? await storedAlready(step, site) : null;
      if (stored) {
        queue.shift();
        stale = true;
        know(site, stored.revision);
      } else {
        const answer = await send(step, site.code);
        queue.shift();
        accept(step, answer, site);
      }
    } catch (cause) {
      const problem = asApiError(cause);
      step.unsure ||= away(problem);
      if (away(problem)) throw problem;
      await refused(step, problem);
    }
  }
}

function send({ move, way, on }: Waiting, code: string): Promise<StepAnswer> {
  if (way) return sendBack(code, way, on, who());
  return sendMove(code, on, mine.filter((revision) => revision > on), who(), move!);
}

/** The step, if it was stored although its answer got lost on the way. */
async function storedAlready({ move, way }: Waiting, { code, head }: Site): Promise<PlanStep | null> {
  if ((await loadPlan(code, who())).revision <= head) return null;
  const { items } = await loadSteps(code);
  const same = (one: PlanStep): boolean => one.undone === (way === "undo") && (move === null || one.kind === move.kind);
  return items.filter((one) => one.revision > head && one.author === who() && same(one)).at(-1) ?? null;
}

/** Goes on from a step of one's own. */
function know(here: Site, revision: number): void {
  mine.push(revision);
  site = { ...here, head: revision, read: revision === here.head + 1 && here.read === here.head ? revision : here.read };
  const plan = onDesk(here);
  if (plan) desk.plan.value = { ...plan, revision, undo: true, redo: false };
}

/** The plan, if it is the one on the desk. */
function onDesk({ code }: Site): typeof desk.plan.value {
  const plan = desk.plan.value;
  return plan?.code === code ? plan : null;
}

/** What is here no longer follows from the answers alone: it is read anew once nothing waits. */
let stale = false;
/** Only whether there is a way back or forward has to be asked. */
let ways = false;

function accept(step: Waiting, answer: StepAnswer, before: Site): void {
  know(before, answer.revision);
  const here = desk.draft.value;
  if (!onDesk(before) || !here) return;
  // Another person's steps came in between, units were cut, or a way back was taken over steps not known here.
  if (answer.revision > before.head + 1) stale = true;
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
  const found = (problem.body["conflicts"] ?? []) as PlanConflict[];
  if (step.way && problem.code === "plan-conflict" && found.length === 0) {
    // There is no way back or forward any more: nothing is lost.
    queue.shift();
    batch(() => void (announcement.value = hindrance.value = problem.message));
    ways = true;
    return;
  }
  // What was seen here on the strength of the forecast is taken back, with everything after it.
  queue.length = 0;
  batch(() => {
    desk.saveState.value = "refused";
    desk.refusal.value = problem;
    if (problem.code === "plan-conflict" && step.move) desk.conflict.value = { move: step.move, conflicts: found };
  });
  announcement.value = problem.message;
  stale = true;
  await reload();
  stale = false;
  // What was drawn meanwhile was drawn on what is gone; the way back is asked of the server.
  queue.splice(0, queue.length, ...queue.filter((one) => one.way !== null));
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
  site = { code, read: units.revision, head: units.revision };
  batch(() => {
    desk.plan.value = { ...plan, revision: units.revision };
    take(units, read);
  });
}

/** Opens a plan on the desk, once what was left unsaved in another is stored. */
export async function open(code: string, abort: AbortSignal): Promise<void> {
  if (queue.length > 0) await pump();
  if (queue.length > 0) throw new ApiError(0, "unreachable", "steps wait");
  const [plan, units, read] = await Promise.all([loadPlan(code, who(), abort), loadUnits(code, abort), loadShapes(code, abort)]);
  if (abort.aborted) return;
  site = { code, read: units.revision, head: units.revision };
  batch(() => {
    desk.plan.value = { ...plan, revision: units.revision };
    take(units, read);
  });
}

/** Steps that are not stored are not left without a question, and go on as soon as the network is back. */
export function watchConnection(): void {
  window.addEventListener("beforeunload", (event) => {
    if (queue.length > 0) event.preventDefault();
  });
  window.addEventListener("online", () => void (queue.length > 0 && pump()));
}

/** Whether somebody else changed the plan meanwhile, or took it a stage on; then it is read anew. */
export async function look(): Promise<false | "draft" | "state"> {
  const plan = desk.plan.value;
  const occupied = (): boolean => running !== null || queue.length > 0 || desk.painting.value;
  if (!plan || occupied()) return false;
  const now = await loadPlan(plan.code, who());
  if (occupied() || desk.plan.value?.code !== now.code || now.revision <= desk.plan.value.revision) return false;
  await reload();
  return now.state === plan.state ? "draft" : "state";
}
