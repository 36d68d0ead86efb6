/** The desk by keyboard alone. Heard before the page's own shortcuts; nothing while an input method composes. */
import { isTyping, singleKeys } from "../state/keys";
import { cityMap } from "../state/map";
import { announcement, deskView, helpOpen, page, reporting, selection, startReport } from "../state/store";
import { t } from "../i18n";
import { CASE_TABS } from "./state";
import * as desk from "./state";
import { DESK_TABS } from "./address";
import { STEP_KEYS } from "./fields";
import { readList } from "./feed";
import { toTab, turnTab } from "./tabs";
import { begin, someone } from "./steps";
import { addCorner, corners, dropCorner, forgetDrawing } from "./tasks";
import { PARTS } from "../department/address";
import { toPart, turnPart } from "../department/parts";
import { saysWho } from "../state/session";
import { hasDesk } from "../state/url";
import { composing } from "../planner/keys";
import { letterOf } from "../planner/tools";
import { may } from "../state/session";

/** What single keys do on the desk, for the help page too. */
export const DESK_KEYS = [
  ["J, K", "desk.key.walk"],
  ["Enter", "desk.key.open"],
  ["X, Shift+X", "desk.key.mark"],
  ["Y", "desk.key.batch"],
  ["R", "desk.key.renew"],
  ["/", "desk.key.find"],
  ["[ ]", "desk.key.tabs"],
  ["1 2 3", "desk.key.desk_tabs"],
  ["N", "help.key.report"],
  ["H", "desk.key.heat"],
  ["T", "desk.key.time"],
  ["G", "desk.key.place"],
  ["P", "desk.key.person"],
  ["W", "desk.key.page"],
  ["Esc", "desk.key.escape"],
] as const;

export function startDispatchKeys(): void {
  document.addEventListener("keydown", onDown, true);
}

function onDown(event: KeyboardEvent): void {
  if (!hasDesk(page.value) || composing(event) || helpOpen.value || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (escape(event)) take(event);
    return;
  }
  if (isTyping(event.target) && !(event.target instanceof HTMLInputElement && event.target.type === "checkbox")) return;
  if (desk.drawing.value && onMap(event)) return take(event);
  if (event.key === "Enter" && enter(event)) return take(event);
  if (singleKeys.value && letter(event)) take(event);
}

function take(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

/** Corners of an area by keyboard: the map moves below its middle. */
function onMap(event: KeyboardEvent): boolean {
  if (!(event.target instanceof HTMLCanvasElement)) return false;
  if (event.key === "Backspace") dropCorner();
  else if (event.key === "Enter" && cityMap.value) addCorner(cityMap.value.map.getCenter().wrap().toArray());
  else return false;
  announcement.value = t("tasks.drawn", { n: corners.value.length });
  return true;
}

/** Enter opens the row of the keyboard, unless the focus lies on something that has a use for it. */
function enter(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  const own = target?.closest("button, a, summary, [role=tab], canvas, label, input");
  if (own && !own.matches("[data-row], .case-mark input")) return false;
  const number = desk.cursor.value;
  if (number === null) return false;
  desk.openIncident(number);
  return true;
}

/** Closes what is open, the innermost first. */
function escape(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  // Lists that unfold from a field close themselves.
  if (target?.closest(".combo, .saved")) return false;
  if (isTyping(target) && target?.id === "desk-find") return false;
  if (desk.drawing.value) forgetDrawing();
  else if (desk.stepOpen.value !== null) {
    desk.stepOpen.value = null;
    focusCase();
  } else if (reporting.value) reporting.value = false;
  else if (selection.value) {
    selection.value = null;
    focusRow();
  } else if (desk.marked.value.size > 0) desk.marked.value = new Set();
  else return false;
  return true;
}

const focusCase = (): void => void requestAnimationFrame(() => document.querySelector<HTMLElement>(".case-panel h2")?.focus({ preventScroll: true }));

export function focusRow(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${CSS.escape(desk.cursor.peek() ?? "")}"]`)?.focus({ preventScroll: true }));
}

function letter(event: KeyboardEvent): boolean {
  switch (event.key) {
    case "/":
      if (page.value === "department") toPart("incidents");
      desk.setDesk({ tab: "list" });
      requestAnimationFrame(() => document.getElementById("desk-find")?.focus());
      return true;
    case "[":
      return turn(-1);
    case "]":
      return turn(1);
    case "1":
    case "2":
    case "3":
    case "4":
    case "5":
    case "6":
      if (page.value === "department") {
        toPart(PARTS[Number(event.key) - 1]!);
        return true;
      }
      if (Number(event.key) > DESK_TABS.length) return false;
      toTab(DESK_TABS[Number(event.key) - 1]!);
      return true;
  }
  const key = letterOf(event);
  const act = LETTERS[key];
  if (act) {
    act(event.shiftKey);
    return true;
  }
  const action = STEP_KEYS[key];
  const item = desk.openCase.value;
  if (!action || event.shiftKey) return false;
  if (item) begin(item, action);
  else announcement.value = t(desk.openNumber.value === null ? "step.open_first" : "app.loading");
  return true;
}

const LETTERS: Readonly<Record<string, (shift: boolean) => void>> = {
  j: () => walk(1),
  k: () => walk(-1),
  x: (shift) => markRow(shift),
  y: () => {
    if (desk.marked.value.size > 0 && someone()) desk.batchOpen.value = true;
    else if (desk.marked.value.size === 0) announcement.value = t("batch.none");
  },
  r: () => {
    void readList();
    focusRow();
  },
  h: () => desk.setDesk({ heat: !deskView.value.heat }),
  t: () => desk.setDesk({ timeline: !deskView.value.timeline }),
  n: () => startReport(null),
  p: () => {
    if (saysWho.value) desk.actorOpen.value = true;
  },
  g: () => {
    const row = desk.walked.value.find((one) => one.number === (desk.openNumber.value ?? desk.cursor.value));
    if (row?.place) cityMap.value?.reveal(row.place.coordinates as [number, number], 16);
  },
};

/** To the next or previous row; an open case follows. */
export function walk(by: 1 | -1): void {
  const rows = desk.walked.value;
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.number === desk.cursor.value);
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]!;
  desk.cursor.value = next.number;
  if (desk.openNumber.value !== null && desk.openNumber.value !== next.number) desk.openIncident(next.number, false);
  focusRow();
}

/** Marks the row, with Shift all rows from the last marked one to it. */
function markRow(range: boolean): void {
  if (!may("cases_step")) return;
  const rows = desk.walked.value;
  const number = desk.cursor.value;
  const at = rows.findIndex((row) => row.number === number);
  if (number === null || at < 0) return;
  const last = rows.findLastIndex((row, index) => index < at && desk.marked.value.has(row.number));
  if (range && last >= 0) desk.marked.value = new Set([...desk.marked.value, ...rows.slice(last, at + 1).map((row) => row.number)]);
  else desk.mark(number);
  announcement.value = t("batch.marked", { n: desk.marked.value.size });
}

/** The neighbouring tab: of the open case, else of the desk. */
function turn(by: 1 | -1): boolean {
  if (desk.openCase.value || desk.openNumber.value) {
    desk.caseTab.value = CASE_TABS[(CASE_TABS.indexOf(desk.caseTab.value) + by + CASE_TABS.length) % CASE_TABS.length]!;
  } else if (page.value === "department") turnPart(by);
  else turnTab(by);
  return true;
}
