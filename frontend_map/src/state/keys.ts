/** Single-key shortcuts, and the switch that turns them off (WCAG 2.1.4). */
import { effect, signal } from "@preact/signals";
import { helpOpen, panel, reporting, selection, startReport } from "./store";

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
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (helpOpen.value) return;
    if (event.key === "Escape") return close();
    if (!singleKeys.value || isTyping(event.target)) return;
    const act = ACTIONS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  "/": () => document.getElementById("search")?.focus(),
  "?": () => void (helpOpen.value = true),
  l: () => void (panel.value = panel.value === "layers" ? null : "layers"),
  i: () => void (panel.value = panel.value === "list" ? null : "list"),
  n: () => startReport(null),
};

function close(): void {
  if (reporting.value) reporting.value = false;
  else if (selection.value) selection.value = null;
  else panel.value = null;
}
