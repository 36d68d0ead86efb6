/** The desk by keyboard alone. Heard before the page's own shortcuts; nothing while an input method composes. */
import { isTyping, singleKeys } from "../state/keys";
import { cityMap } from "../state/map";
import { announcement, helpOpen, openPlan, page } from "../state/store";
import { number } from "../format";
import { t } from "../i18n";
import { addToLine, askCreate, finishLine, takeUnit, useTool } from "./actions";
import { neighbourTowards, type Direction } from "./geometry";
import { NOWHERE } from "./measures";
import { nextProblem, toTab, zoomToChosen } from "./moves";
import * as desk from "./state";
import { planView } from "./view";
import { back, watchConnection } from "./sync";
import { draws, letterOf, toolOf } from "./tools";
import { zoneName } from "./words";

const ARROWS: Readonly<Record<string, Direction>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
/** Pixels of one step of the crosshair. */
const STEP = 14;
const BIG = 70;

export function startPlannerKeys(): void {
  watchConnection();
  document.addEventListener("keydown", onDown, true);
  document.addEventListener("keyup", (event) => {
    if (event.code === "Space") planView.value?.pan(false);
  });
  window.addEventListener("blur", () => planView.value?.pan(false));
}

/** An input method is at work: its keys are not ours. 229 is what browsers say that do not say it otherwise. */
export const composing = (event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean => event.isComposing || event.keyCode === 229;

function onDown(event: KeyboardEvent): void {
  if (page.value !== "planner" || openPlan.value === null || !desk.draft.value) return;
  if (composing(event) || helpOpen.value || document.querySelector("dialog[open]")) return;
  const typing = isTyping(event.target) && !(event.target instanceof HTMLInputElement && event.target.type === "range");
  if (typing) return;
  const onMap = event.target instanceof HTMLCanvasElement;
  const done = event.ctrlKey || event.metaKey ? command(event) : event.altKey ? false : (onMap && onMapKey(event)) || anywhere(event, onMap);
  if (!done) return;
  event.preventDefault();
  event.stopPropagation();
}

function command(event: KeyboardEvent): boolean {
  const letter = letterOf(event);
  if (letter === "z") back(event.shiftKey ? "redo" : "undo");
  else if (letter === "y") back("redo");
  else return false;
  return true;
}

function anywhere(event: KeyboardEvent, onMap: boolean): boolean {
  if (event.code === "Space") {
    // On a button Space presses it; in a list it scrolls, unless the pointer is over the map.
    if (!onMap && event.target !== document.body && (isPressed(event.target) || !document.querySelector("#map:hover"))) return false;
    planView.value?.pan(true);
    return true;
  }
  if (event.key === "Escape") return escape();
  if (event.key === "Backspace" && desk.line.value.length > 0) {
    desk.line.value = desk.line.value.slice(0, -1);
    return true;
  }
  if (!singleKeys.value) return false;
  if (event.key === "[" || event.key === "]") {
    toTab(event.key === "]" ? 1 : -1);
    return true;
  }
  const letter = letterOf(event);
  const tool = toolOf(letter);
  if (tool) useTool(tool);
  else if (letter === "n") nextProblem(event.shiftKey ? -1 : 1);
  else if (letter === "f") zoomToChosen();
  else if (letter === "a" && draws(desk.tool.value)) follow();
  else if (letter === "k") desk.comparing.value = !desk.comparing.value;
  else return false;
  return true;
}

const isPressed = (target: EventTarget | null): boolean => target instanceof Element && target.closest("button, a, input, select, summary, [role=tab]") !== null;

/** Lines go along streets, or straight. */
function follow(): void {
  desk.following.value = !desk.following.value;
  announcement.value = t(desk.following.value ? "plan.follows" : "plan.straight");
}

/** Ends what is under way, step by step: the line, what was gathered, the tool, the choice. */
function escape(): boolean {
  if (desk.comparing.value) desk.comparing.value = false;
  else if (desk.line.value.length > 0) desk.forgetLine();
  else if (desk.gathered.value.size > 0) desk.gathered.value = new Set();
  else if (desk.tool.value !== "select") desk.takeTool("select");
  else if (desk.chosen.value.length > 0) desk.choose(null);
  else return false;
  return true;
}

function onMapKey(event: KeyboardEvent): boolean {
  const direction = ARROWS[event.key];
  const drawing = draws(desk.tool.value);
  if (direction && drawing) {
    planView.value?.stepLine(direction, event.shiftKey ? BIG : STEP);
    return true;
  }
  if (direction) {
    if (event.shiftKey) planView.value?.panBy(direction);
    else step(direction);
    return true;
  }
  if (event.key === "+" || event.key === "=" || event.key === "-") {
    cityMap.value?.zoomBy(event.key === "-" ? -1 : 1);
    return true;
  }
  if (event.key !== "Enter") return false;
  if (drawing) return addPoint();
  if (desk.tool.value === "create" && event.shiftKey) askCreate();
  else if (desk.cursor.value === null) step("right");
  else takeUnit(desk.cursor.value, { add: event.shiftKey });
  return true;
}

/** A point of the line; the same one again ends it. */
function addPoint(): boolean {
  const next = desk.lineNext.value;
  if (!next) {
    planView.value?.stepLine("right", 0);
    return true;
  }
  const last = desk.line.value.at(-1);
  if (last && last[0] === next[0] && last[1] === next[1]) {
    finishLine();
    return true;
  }
  addToLine(next);
  announcement.value = t("plan.point", { n: desk.line.value.length });
  return true;
}

/** Moves the cursor to the neighbouring unit; the first time to the chosen grid, or to the middle of the map. */
export function step(direction: Direction): void {
  const here = desk.draft.value;
  const shapes = desk.shapes.value;
  if (!here || !shapes) return;
  const now = desk.cursor.value;
  if (now === null) {
    const inChosen = desk.target.value === null ? undefined : here.sumsOf(desk.target.value).units.values().next().value;
    desk.cursor.value = inChosen ?? planView.value?.middleUnit() ?? 0;
  } else {
    const around = Array.from({ length: here.start[now + 1]! - here.start[now]! }, (_, at) => {
      const unit = here.other[here.start[now]! + at]!;
      return { unit, place: shapes.places[unit]! };
    });
    const next = neighbourTowards(shapes.places[now]!, around, direction);
    if (next === null) {
      announcement.value = t("plan.no_neighbour");
      return;
    }
    desk.cursor.value = next;
  }
  const unit = desk.cursor.value;
  planView.value?.reveal(shapes.places[unit]!);
  const zone = here.zoneOf[unit]!;
  announcement.value = t("plan.at_unit", {
    code: here.data.units.code[unit] ?? "",
    households: number(here.data.units.households[unit]!),
    grid: zoneName(here, zone),
    all: number(zone === NOWHERE ? 0 : here.sumsOf(zone).households),
  });
}
