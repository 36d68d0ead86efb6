/** What the tools do, whoever moves them: pointer, keyboard or button. */
import { batch } from "@preact/signals";
import type { Position } from "geojson";
import type { Lock, Move } from "../api/plans";
import { number } from "../format";
import { t } from "../i18n";
import { announcement, flash, hindrance } from "../state/store";
import { along, waysOf, type Ways } from "./along";
import { isInside, pointsAlong, stretch } from "./geometry";
import { NOWHERE, type Draft } from "./measures";
import { who } from "./person";
import * as desk from "./state";
import { perform, performDone } from "./sync";
import { draws, type Tool } from "./tools";
import { zoneName } from "./words";

/** Says something that the map alone would not. */
export function tell(text: string): void {
  batch(() => {
    announcement.value = text;
    flash.value = text;
    hindrance.value = null;
  });
}

/** Says why nothing was done. */
export function hinder(text: string): void {
  batch(() => {
    announcement.value = text;
    hindrance.value = text;
    flash.value = null;
  });
}

/** Steps need a draft and a name to write them under. */
export function mayChange(): boolean {
  const plan = desk.plan.value;
  if (!plan || !desk.draft.value) return false;
  if (plan.state !== "draft") {
    hinder(t("plan.not_draft"));
    return false;
  }
  if (!desk.editable.value) {
    hinder(t("save.look_only"));
    return false;
  }
  if (who() === "") {
    hinder(t("plan.name_first"));
    document.getElementById("planner-name")?.focus();
    return false;
  }
  return true;
}

const lockOf = (here: Draft, zone: number): Lock => here.zones.get(zone)?.lock ?? "none";

const shut = (lock: Lock, way: "in" | "out"): boolean => lock === way || lock === "both";

/** Base grids lie inside one community; an empty one takes the first that comes. */
function crosses(here: Draft, unit: number, to: number): boolean {
  const { communities } = here.sumsOf(to);
  return desk.nested.peek() && communities.size > 0 && !communities.has(here.data.units.community[unit]!);
}

/** The units that may go to a zone: locks and communities hold, as on the server. */
export function allowed(here: Draft, units: Iterable<number>, to: number): number[] {
  if (shut(lockOf(here, to), "in")) return [];
  return [...units].filter((unit) => here.zoneOf[unit] !== to && !shut(lockOf(here, here.zoneOf[unit]!), "out") && !crosses(here, unit, to));
}

/** Why a unit may not go there. */
const whyNot = (here: Draft, unit: number, to: number): string =>
  crosses(here, unit, to) ? t("plan.other_community") : t("plan.locked_here");

export const idsOf = (here: Draft, units: Iterable<number>): number[] => [...units].map((unit) => here.ids[unit]!);

// --- painting --------------------------------------------------------------------------------------------------------

export interface Stroke {
  zone: number;
  units: Set<number>;
  refused: boolean;
}

/** Begins at a unit: paints with the chosen grid, or with the one it begins in. */
export function beginStroke(unit: number): Stroke | null {
  const here = desk.draft.value;
  if (!here || !mayChange()) return null;
  const own = here.zoneOf[unit]!;
  const zone = desk.target.value ?? (own === NOWHERE ? null : own);
  if (zone === null) return null;
  if (desk.target.value === null) desk.choose(zone);
  const stroke = { zone, units: new Set<number>(), refused: false };
  desk.painting.value = true;
  addToStroke(stroke, unit);
  return stroke;
}

export function addToStroke(stroke: Stroke, unit: number): void {
  const here = desk.draft.value;
  if (!here || here.zoneOf[unit] === stroke.zone) return;
  const free = allowed(here, [unit], stroke.zone);
  if (free.length === 0) {
    if (!stroke.refused) hinder(whyNot(here, unit, stroke.zone));
    stroke.refused = true;
    return;
  }
  desk.moveHere(free, stroke.zone);
  stroke.units.add(unit);
}

/** One step for the whole stroke. */
export function endStroke(stroke: Stroke): void {
  desk.painting.value = false;
  const here = desk.draft.value;
  if (!here || stroke.units.size === 0) return;
  performDone({ kind: "paint", units: idsOf(here, stroke.units), zone: stroke.zone }, stroke.units);
  report(stroke.zone, stroke.units.size);
}

function report(zone: number, units: number): void {
  const here = desk.draft.value;
  if (here) announcement.value = t("plan.painted", { n: number(units), grid: zoneName(here, zone), households: number(here.sumsOf(zone).households) });
}

/** Units (by identifier) to grids once more, as one step; numbers no grid has stand for new ones. */
export function redo(wanted: readonly { unit: number; zone: number }[]): void {
  const here = desk.draft.value;
  if (!here || !mayChange()) return;
  const moves = wanted.filter(({ unit, zone }) => here.indexOf.has(unit) && here.zoneOf[here.indexOf.get(unit)!] !== zone);
  if (moves.length === 0) return;
  const zones = new Set(moves.map((one) => one.zone));
  const forecast = [...zones].filter((zone) => here.zones.has(zone)).map((to) => ({ to, units: moves.filter((one) => one.zone === to).map((one) => here.indexOf.get(one.unit)!) }));
  const units = moves.map((one) => one.unit);
  const [only] = zones;
  perform(zones.size === 1 && here.zones.has(only!) ? { kind: "paint", units, zone: only! } : { kind: "assign", units, zones: moves.map((one) => one.zone) }, forecast);
}

// --- whole grids -----------------------------------------------------------------------------------------------------

export function merge(zones: readonly number[]): void {
  const here = desk.draft.value;
  const [into] = zones;
  if (!here || into === undefined || zones.length < 2 || !mayChange()) return;
  const units = zones.slice(1).flatMap((zone) => [...here.sumsOf(zone).units]);
  const free = new Set(allowed(here, units, into));
  const stuck = units.find((unit) => !free.has(unit));
  if (stuck !== undefined) return hinder(whyNot(here, stuck, into));
  const names = zones.map((zone) => zoneName(here, zone)).join(t("app.comma"));
  perform({ kind: "merge", zones: zones.slice(1), into }, [{ units, to: into }]);
  desk.choose(into);
  tell(t("plan.merged", { names, households: number(here.sumsOf(into).households) }));
}

export function dissolve(zone: number): void {
  const here = desk.draft.value;
  if (!here || !mayChange()) return;
  const name = zoneName(here, zone);
  perform({ kind: "dissolve", zone }, [], () => tell(t("plan.dissolved", { name })));
  desk.choose(null);
}

export function setLock(zone: number, lock: Lock): void {
  attribute(zone, { kind: "lock", zone, lock }, { lock });
}

export function setExempt(zone: number, exempt: boolean): void {
  attribute(zone, { kind: "exempt", zone, exempt }, { exempt });
}

export function rename(zone: number, name: { zh: string; en: string | null }): void {
  attribute(zone, { kind: "rename", zone, name }, { name });
}

function attribute(zone: number, move: Move, part: object): void {
  const here = desk.draft.value;
  const now = here?.zones.get(zone);
  if (!here || !now || !mayChange()) return;
  here.zones.set(zone, { ...now, ...part });
  desk.touchZones([zone]);
  perform(move);
}

export function divide(zone: number, parts: number): void {
  if (!mayChange()) return;
  perform({ kind: "split_parts", zone, parts }, [], (answer) => {
    desk.chosen.value = [zone, ...new Set(answer.moves.flatMap(({ to }) => to ?? []))];
    tell(t("plan.divided", { n: parts }));
  });
}

export function create(units: readonly number[], name: { zh: string; en: string | null }): void {
  const here = desk.draft.value;
  if (!here || units.length === 0 || !mayChange()) return;
  desk.takeTool("select");
  perform({ kind: "new_zone", units: idsOf(here, units), name }, [], (answer) => {
    const made = answer.moves[0]?.to ?? answer.zones[0]?.number ?? null;
    desk.choose(made);
    tell(t("plan.created", { name: name.zh }));
  });
}

export function transfer(building: string, zone: number): void {
  if (!mayChange()) return;
  desk.building.value = null;
  perform({ kind: "transfer_building", building, zone }, [], () => tell(t("plan.transferred", { grid: zoneName(desk.draft.value, zone) })));
}

// --- lines -----------------------------------------------------------------------------------------------------------

/** The grids a line runs through, those it runs through most first. */
export function zonesUnder(here: Draft, line: readonly Position[]): number[] {
  const shapes = desk.shapes.value;
  if (!shapes) return [];
  const counts = new Map<number, number>();
  let last: number | null = null;
  for (const at of pointsAlong(line)) {
    if (last === null || !isInside(at, shapes.units[last]!)) {
      const next = shapes.units.findIndex((shape) => isInside(at, shape));
      last = next < 0 ? null : next;
    }
    const zone: number = last === null ? NOWHERE : here.zoneOf[last]!;
    if (zone !== NOWHERE) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return [...counts.keys()].toSorted((a, b) => counts.get(b)! - counts.get(a)!);
}

/**
 * Between which two grids a border is drawn: those the line runs through most. A new course may lie in one grid alone: the
 * other is then the chosen one, or the neighbour whose border with it lies along the line: no corner of it is far from there.
 */
export function pairOf(here: Draft, line: readonly Position[], under: readonly number[]): readonly number[] {
  const [one] = under;
  const lines = desk.shapes.value?.edges;
  if (under.length >= 2 || one === undefined || !lines) return under.slice(0, 2);
  const own = desk.target.value;
  const neighbours = here.neighbourZones(one);
  if (own !== null && neighbours.has(own)) return [own, one];
  const squeeze = stretch(line[0]![1]!);
  const course = pointsAlong(line);
  const farthest = new Map<number, number>();
  here.data.edges.a.forEach((a, edge) => {
    const [from, to] = [here.zoneOf[a]!, here.zoneOf[here.data.edges.b[edge]!]!];
    if ((from === one) === (to === one) || crosses(here, from === one ? here.data.edges.b[edge]! : a, one)) return;
    const other = from === one ? to : from;
    for (const [x = 0, y = 0] of lines[edge] ?? []) {
      const nearest = Math.min(...course.map(([lon = 0, lat = 0]) => Math.hypot((lon - x) * squeeze, lat - y)));
      farthest.set(other, Math.max(farthest.get(other) ?? 0, nearest));
    }
  });
  const [best] = [...farthest].toSorted((a, b) => a[1] - b[1]);
  return best ? [best[0], one] : [one];
}

let ways: { of: unknown; net: Ways } | null = null;

/** The next point of a line; along streets, railways and water where that is asked for and there is a way. */
export function addToLine(at: Position): void {
  const last = desk.line.value.at(-1);
  const here = desk.draft.value;
  const read = desk.shapes.value;
  if (last && desk.following.value && here && read) {
    if (ways?.of !== read) ways = { of: read, net: waysOf(read.edges, here.data.edges.barrier) };
    const path = along(ways.net, last, at);
    if (path) {
      desk.line.value = [...desk.line.value, ...path.filter((one, k) => k > 0 || one[0] !== last[0] || one[1] !== last[1])];
      return;
    }
    hinder(t("plan.no_way"));
  }
  desk.line.value = [...desk.line.value, at];
}

export function finishLine(): void {
  const here = desk.draft.value;
  const line = [...desk.line.value];
  const which = desk.tool.value;
  if (!here || !draws(which) || !mayChange()) return;
  if (line.length < 2) return hinder(t("plan.line_short"));
  const under = zonesUnder(here, line);
  if (which === "split") {
    const target = desk.target.value;
    const zone = target !== null && under.includes(target) ? target : under[0];
    if (zone === undefined) return hinder(t("plan.line_nowhere"));
    desk.forgetLine();
    perform({ kind: "split_line", zone, line }, [], (answer) => {
      desk.chosen.value = [zone, ...new Set(answer.moves.flatMap(({ to }) => (to === null || to === zone ? [] : to)))];
      tell(t("plan.was_split", { grid: zoneName(desk.draft.value, zone) }));
    });
    return;
  }
  const [one, two] = desk.chosen.value.length === 2 ? desk.chosen.value : pairOf(here, line, under);
  if (one === undefined || two === undefined) return hinder(t("plan.border_two"));
  desk.forgetLine();
  perform({ kind: "border", zones: [one, two], line }, [], () => {
    desk.chosen.value = [one, two];
    tell(t("plan.border_moved", { one: zoneName(desk.draft.value, one), two: zoneName(desk.draft.value, two) }));
  });
}

// --- a click, or Enter, on a unit ------------------------------------------------------------------------------------

export function takeUnit(unit: number, { add = false }: { add?: boolean } = {}): void {
  const here = desk.draft.value;
  if (!here) return;
  const zone = here.zoneOf[unit]!;
  const which = desk.tool.value;
  if (which === "paint") {
    const stroke = beginStroke(unit);
    if (stroke) endStroke(stroke);
  } else if (which === "create") {
    const next = new Set(desk.gathered.value);
    if (!next.delete(unit)) next.add(unit);
    desk.gathered.value = next;
  } else if (which === "merge") {
    const target = desk.target.value;
    if (target === null) desk.choose(zone);
    else if (target !== zone) merge([target, zone]);
  } else if (which === "transfer" && desk.building.value !== null) {
    transfer(desk.building.value, zone);
  } else {
    desk.choose(zone === NOWHERE ? null : zone, add);
  }
}

const NEXT_LOCK: Readonly<Record<Lock, Lock>> = { none: "both", both: "none", in: "none", out: "none" };

/** Takes a tool; one that needs nothing from the map acts on the chosen grid at once. */
export function useTool(which: Tool): void {
  const zone = desk.target.value;
  const instant = which === "divide" || which === "dissolve" || which === "rename" || which === "lock";
  if (!instant) {
    const chosen = desk.chosen.value;
    if (which === "merge" && chosen.length >= 2) return merge(chosen);
    desk.takeTool(which);
    announcement.value = `${t(`tool.${which}`)}: ${t(`tool.${which}.how`)}`;
    return;
  }
  if (zone === null) return hinder(t("plan.choose_first"));
  if (!mayChange()) return;
  if (which === "dissolve") return dissolve(zone);
  if (which === "lock") return setLock(zone, NEXT_LOCK[desk.draft.value?.zones.get(zone)?.lock ?? "none"]);
  desk.ask.value = { what: which, zone };
}

/** Makes a new grid of what was gathered: asks for its name. */
export function askCreate(): void {
  const units = [...desk.gathered.value];
  if (units.length === 0) return hinder(t("plan.gather_first"));
  if (mayChange()) desk.ask.value = { what: "create", units };
}
