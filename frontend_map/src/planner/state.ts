/** What the planner's desk knows besides its address. The draft itself changes in place; `version` says that it did. */
import { batch, computed, signal } from "@preact/signals";
import type { FeatureCollection, Position } from "geojson";
import type { ApiError } from "../api/client";
import type { Band, Plan, PlanConflict, Move } from "../api/plans";
import { may } from "../state/session";
import { cityLayers } from "../state/store";
import { problems, rowOf, sorted, type Order, type PlanProblem, type Row } from "./balance";
import type { Shape } from "./geometry";
import { NOWHERE, type Draft, type Touched } from "./measures";
import type { Tool } from "./tools";

export const plan = signal<Plan | null>(null);
export const draft = signal<Draft | null>(null);
/** Polygons of the units, by index, and lines of the borders, by number. */
export const shapes = signal<{ units: Shape[]; places: Position[]; edges: Position[][] } | null>(null);
/** Goes up with every change of the draft. */
export const version = signal(0);

export type SaveState = "saved" | "saving" | "offline" | "signed_out" | "refused";
export const saveState = signal<SaveState>("saved");
/** Why the server refused the last step. */
export const refusal = signal<ApiError | null>(null);
export interface Conflict {
  move: Move;
  conflicts: PlanConflict[];
}
export const conflict = signal<Conflict | null>(null);

export type DeskTab = "balance" | "problems" | "proposals" | "history" | "compare" | "review";
export const DESK_TABS: readonly DeskTab[] = ["balance", "problems", "proposals", "history", "compare", "review"];
export const deskTab = signal<DeskTab>("balance");
export type ColourMode = "grid" | "balance" | "change";
export const COLOUR_MODES: readonly ColourMode[] = ["grid", "balance", "change"];
export const colourMode = signal<ColourMode>("balance");
export const tool = signal<Tool>("select");
/** Numbers of the chosen grids; the first is the one that tools work on. */
export const chosen = signal<readonly number[]>([]);
/** Units gathered for a new grid, by index. */
export const gathered = signal<ReadonlySet<number>>(new Set());
/** Code of the building taken for transfer. */
export const building = signal<string | null>(null);
/** The unit under the keyboard's cursor. */
export const cursor = signal<number | null>(null);
/** The line being drawn, and where its next point would be. */
export const line = signal<readonly Position[]>([]);
export const lineNext = signal<Position | null>(null);
/** The grid under the pointer in a table. */
export const pointed = signal<number | null>(null);
export const comparing = signal(false);
/** What is different between two editions, drawn over the plan. */
export const compared = signal<FeatureCollection | null>(null);
/** A division that is only looked at: number of the grid by index of the unit. */
export const preview = signal<ReadonlyMap<number, number> | null>(null);
/** Lines follow streets, railways and water from point to point. */
export const following = signal(false);
/** Position of the slider: share of the map that shows the draft. */
export const curtain = signal(0.5);
export const order = signal<Order>({ by: "deviation", down: true });
/** A dialog that asks for more before a step is taken. */
export type Ask = { what: "divide" | "rename" | "lock"; zone: number } | { what: "create"; units: number[] } | null;
export const ask = signal<Ask>(null);
/** A stroke is being painted: what is here is ahead of what was sent. */
export const painting = signal(false);
export const planListVersion = signal(0);

export const target = computed(() => chosen.value[0] ?? null);
export const editable = computed(() => plan.value?.state === "draft" && may("plans_draw"));
/** Base grids lie inside one community each, are proposed and are numbered; zones of other layers are not. */
export const nested = computed(() => cityLayers.value.find((layer) => layer.code === plan.value?.layer)?.kind === "base_grid");
export const band = computed<Band>(() => plan.value?.band ?? { min: 300, max: 500 });

// --- figures ---------------------------------------------------------------------------------------------------------

const rowCache = new Map<number, Row>();
let cachedFor: Draft | null = null;

/** One row per grid; only those a change touched are judged anew. */
export const rows = computed<Row[]>(() => {
  void version.value;
  const here = draft.value;
  if (!here) return [];
  if (cachedFor !== here) rowCache.clear();
  cachedFor = here;
  return here.numbers().flatMap((number) => {
    let row = rowCache.get(number);
    if (!row) {
      const made = rowOf(here, number, band.value);
      if (made) rowCache.set(number, (row = made));
    }
    return row ?? [];
  });
});
export const listed = computed(() => sorted(rows.value.filter((row) => row.units > 0 || !row.zone.base), order.value));
export const found = computed<PlanProblem[]>(() => {
  void version.value;
  return draft.value ? problems(draft.value, rows.value, nested.value) : [];
});
export const totals = computed(() => {
  void version.value;
  const all = rows.value.filter((row) => row.units > 0);
  const judged = all.filter((row) => !row.zone.exempt);
  return {
    grids: all.length,
    inBand: judged.filter((row) => row.inBand).length,
    judged: judged.length,
    households: all.reduce((sum, row) => sum + row.households, 0),
    moved: draft.value?.movedHouseholds ?? 0,
    movedUnits: draft.value?.movedUnits ?? 0,
  };
});

// --- changes ---------------------------------------------------------------------------------------------------------

type Listener = (touched: Touched) => void;
const listeners = new Set<Listener>();

/** The map repaints what a change touched, and nothing else. */
export function onTouched(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Name of the measure in the browser's own timeline: the last move, from the deed to new figures and colours. */
export const MOVE_MEASURE = "plan-move";

export function touch(touched: Touched): void {
  batch(() => {
    for (const zone of touched.zones) rowCache.delete(zone);
    version.value++;
  });
  for (const listener of listeners) listener(touched);
}

/** Moves units here and now; the server hears of it elsewhere. */
export function moveHere(units: Iterable<number>, to: number): Touched | null {
  const here = draft.value;
  if (!here) return null;
  const began = performance.now();
  const touched = here.move(units, to);
  if (touched.units.length === 0) return touched;
  touch(touched);
  for (const zone of touched.zones) if (zone !== NOWHERE) here.isConnected(zone);
  void found.value;
  performance.clearMeasures(MOVE_MEASURE);
  performance.measure(MOVE_MEASURE, { start: began });
  return touched;
}

/** Attributes of a zone changed: its name, its lock. */
export function touchZones(zones: Iterable<number>): void {
  touch({ units: [], edges: [], zones: new Set(zones) });
}

export function choose(zone: number | null, add = false): void {
  if (zone === null) chosen.value = [];
  else if (!add) chosen.value = [zone];
  else chosen.value = chosen.value.includes(zone) ? chosen.value.filter((one) => one !== zone) : [...chosen.value, zone];
}

export function forgetLine(): void {
  batch(() => {
    line.value = [];
    lineNext.value = null;
  });
}

/** Back to no work under way; what is chosen stays. */
export function takeTool(next: Tool): void {
  batch(() => {
    tool.value = next;
    gathered.value = new Set();
    building.value = null;
    forgetLine();
  });
}

export function resetDesk(): void {
  batch(() => {
    plan.value = null;
    draft.value = null;
    shapes.value = null;
    conflict.value = null;
    refusal.value = null;
    saveState.value = "saved";
    chosen.value = [];
    cursor.value = null;
    comparing.value = false;
    compared.value = null;
    preview.value = null;
    ask.value = null;
    deskTab.value = "balance";
    takeTool("select");
  });
}
