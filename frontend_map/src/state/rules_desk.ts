/** What the rules page knows besides its address: the change set, its simulation, and what of it is on the map. */
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, base } from "../api/client";
import { loadOrganisations, type Organisation } from "../api/organisations";
import { simulate, type Simulation } from "../api/rules";
import { changesOf, parseSet, redo, undo, type ChangeSet } from "./change_set";
import { shownPoints, type ColourBy } from "./moves";
import { lang } from "../i18n";
import { announcement, page, rulesView } from "./store";
import { DEFAULT_RULES, DEFAULT_VIEW, PAGE_PATH, format } from "./url";

const STORED = "gridgov.rule_changes";

export type Tab = "rules" | "changes" | "result" | "deadlines";
export const tab = signal<Tab>("rules");

export const organisations = signal<Organisation[]>([]);
/** Goes up when rules were changed here or found to be changed elsewhere. */
export const rulesVersion = signal(0);

export const changeSet = signal<ChangeSet>(parseSet(stored()));

export const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
export const last = signal<number>(10_000);

export interface Trial {
  /** The changes that were tried, to know whether the result is still theirs. */
  of: string;
  result: Simulation;
}
export const trial = signal<Trial | null>(null);
export const running = signal<{ since: number; abort: AbortController } | null>(null);
export const trouble = signal<ApiError | null>(null);

export const chosenFlow = signal<number | null>(null);
export const colourBy = signal<ColourBy>("to");
/** Number of the moved incident whose reasons are shown. */
export const chosenMove = signal<string | null>(null);

const key = computed(() => JSON.stringify(changesOf(changeSet.value)));
/** Whether the result belongs to the changes as they are now. */
export const fresh = computed(() => trial.value !== null && trial.value.of === key.value);

/** Points for the map; null where there is nothing to show. */
export const movedPoints = computed(() =>
  page.value === "rules" && trial.value ? shownPoints(trial.value.result, chosenFlow.value, colourBy.value) : null,
);
/** Place of the chosen moved incident. */
export const movedPlace = computed(() => {
  const result = page.value === "rules" ? trial.value?.result : undefined;
  const point = result?.points.features.find((feature) => feature.properties.number === chosenMove.value);
  return point?.geometry.coordinates ?? result?.sample.find((one) => one.number === chosenMove.value)?.place ?? null;
});

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export function startRules(): void {
  effect(() => {
    try {
      localStorage.setItem(STORED, JSON.stringify(changeSet.value));
    } catch {
      // Private windows without storage: the changes last as long as the page.
    }
  });
  document.addEventListener("keydown", (event) => {
    if (page.value !== "rules" || !(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    const target = event.target;
    // A text field has an undo of its own.
    if (target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
    const letter = event.key.toLowerCase();
    if (letter !== "z" && letter !== "y") return;
    event.preventDefault();
    changeSet.value = letter === "y" || event.shiftKey ? redo(changeSet.value) : undo(changeSet.value);
  });
}

export async function loadNames(): Promise<void> {
  if (organisations.value.length === 0) organisations.value = await loadOrganisations();
}

/** Tries the change set on the newest incidents; the earlier result stays until the new one is there. */
export async function run(done: (result: Simulation) => string): Promise<void> {
  running.value?.abort.abort();
  const abort = new AbortController();
  const of = key.value;
  batch(() => {
    running.value = { since: Date.now(), abort };
    trouble.value = null;
  });
  try {
    const result = await simulate(changesOf(changeSet.value), last.value, abort.signal);
    if (abort.signal.aborted) return;
    batch(() => {
      trial.value = { of, result };
      chosenFlow.value = null;
      chosenMove.value = null;
      running.value = null;
      tab.value = "result";
      announcement.value = done(result);
    });
  } catch (cause) {
    if (abort.signal.aborted) return;
    batch(() => {
      running.value = null;
      trouble.value = cause instanceof ApiError ? cause : new ApiError(0, "unexpected", String(cause));
    });
  }
}

export function cancel(): void {
  running.value?.abort.abort();
  running.value = null;
}

export function forgetTrial(): void {
  batch(() => {
    trial.value = null;
    chosenFlow.value = null;
    chosenMove.value = null;
  });
}

export function openRule(code: string | null): void {
  batch(() => {
    page.value = "rules";
    tab.value = "rules";
    rulesView.value = { ...rulesView.value, rule: code };
  });
}

/** Address of the rules page, or of one rule on it. */
export const rulesAddress = (rule: string | null = null): string =>
  base + PAGE_PATH.rules + format({ ...DEFAULT_VIEW, page: "rules", lang: lang.value, rules: { ...DEFAULT_RULES, rule } });
