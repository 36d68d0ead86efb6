/** Single-key shortcuts, and the switch that turns them off (WCAG 2.1.4). */
import { effect, signal } from "@preact/signals";
import { helpOpen, page, panel, reporting, rulesView, selection, startReport } from "./store";
import { hasDesk, type Page } from "./url";
import { mayOpen } from "./desks";

const STORED = "gridgov.single_keys";

function stored(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export const singleKeys = signal(true);

/** Whether typing belongs to the element, not to a shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function startKeys(): void {
  singleKeys.value = stored();
  effect(() => {
    try {
      localStorage.setItem(STORED, singleKeys.value ? "on" : "off");
    } catch {
      // Private windows without storage: the choice lasts as long as the page.
    }
  });
  document.addEventListener("keydown", (event) => {
    // The desks have keys of their own and mark those they took.
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (helpOpen.value) return;
    if (event.key === "Escape") return close();
    if (!singleKeys.value || isTyping(event.target)) return;
    const letter = event.key.toLowerCase();
    const act = ONLY[page.value]?.has(letter) === false ? undefined : ACTIONS[letter];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  "/": () => document.getElementById("search")?.focus(),
  "?": () => void (helpOpen.value = true),
  l: () => toggle("layers"),
  i: () => toggle("list"),
  p: () => toggle("locate"),
  r: () => turnTo("rules"),
  g: () => turnTo("planner"),
  w: () => turnTo("dispatch"),
  d: () => turnTo("department"),
  k: () => turnTo("rankings"),
  n: () => onMap(() => startReport(null)),
};

/** To a page that the person may open, or from it back to the map. */
function turnTo(which: Page): void {
  if (page.value === which) page.value = "map";
  else if (mayOpen(which)) page.value = which;
}

/** On the desks the other letters are tools and steps. */
const ONLY: Readonly<Partial<Record<Page, ReadonlySet<string>>>> = { planner: new Set(["g", "?"]), dispatch: new Set(["w", "?"]), department: new Set(["w", "?"]) };

/** Keys that open a panel of the map mean nothing on the rules page. */
function onMap(act: () => void): void {
  if (page.value === "map") act();
}

const toggle = (which: NonNullable<typeof panel.value>): void => onMap(() => void (panel.value = panel.value === which ? null : which));

function close(): void {
  if (document.querySelector("dialog[open]")) return;
  if (page.value === "planner" || page.value === "accounts" || page.value === "exchange" || hasDesk(page.value)) return;
  if (page.value === "rules") {
    rulesView.value = { ...rulesView.value, rule: null };
    return;
  }
  if (reporting.value) reporting.value = false;
  else if (selection.value) selection.value = null;
  else panel.value = null;
}
