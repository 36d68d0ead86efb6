/** What the desk knows beside its view: rows, marks, the open case. */
import { computed, signal } from "@preact/signals";
import type { ApiError } from "../api/client";
import type { Case } from "../api/cases";
import type { CaseRow, DeskSummary } from "../api/dispatch";
import { deskView, selection } from "../state/store";
import type { DeskFilter, DeskView } from "./address";

/** Rows as they stand on the screen; they change their words in place, but not their order. */
export const rows = signal<CaseRow[]>([]);
export const nextPage = signal<string | null>(null);
export const loading = signal(false);
export const failure = signal<ApiError | null>(null);
/** How many the list would gain if it were read anew now. */
export const incoming = signal(0);
/** Rows that the filter no longer finds; they stay, dimmed, until the list is read anew. */
export const left = signal<ReadonlySet<string>>(new Set());
export const summary = signal<DeskSummary | null>(null);
export const summaryFailure = signal<ApiError | null>(null);

/** Row of the keyboard. */
export const cursor = signal<string | null>(null);
export const marked = signal<ReadonlySet<string>>(new Set());
/** Number under the pointer, on the map or in the list. */
export const pointed = signal<string | null>(null);

/** The open case, with what the person at work may do. */
export const openCase = signal<Case | null>(null);
/** The step whose form is open. */
export const stepOpen = signal<string | null>(null);
export const CASE_TABS = ["work", "why", "near", "steps"] as const;
export type CaseTab = (typeof CASE_TABS)[number];
export const caseTab = signal<CaseTab>("work");
/** Goes up when a case was opened for reading: its heading then takes the focus. */
export const reading = signal(0);
export const batchOpen = signal(false);
export const actorOpen = signal(false);
/** Goes up when something was done here, so that everything is read anew. */
export const changed = signal(0);

/** Moves through time without leaving traces in the address. */
export const playing = signal<{ from: string; to: string } | null>(null);

export const filter = computed<DeskFilter>(() => (playing.value ? { ...deskView.value.filter, ...playing.value } : deskView.value.filter));

export const openNumber = computed(() => (selection.value?.type === "incident" ? selection.value.number : null));

export const setDesk = (part: Partial<DeskView>): void => void (deskView.value = { ...deskView.value, ...part });
export const setFilter = (part: Partial<DeskFilter>): void => setDesk({ filter: { ...deskView.value.filter, ...part } });

export function openIncident(number: string, read = true): void {
  selection.value = { type: "incident", number };
  cursor.value = number;
  if (read) reading.value++;
}

export function mark(number: string, on = !marked.value.has(number)): void {
  const next = new Set(marked.value);
  if (on) next.add(number);
  else next.delete(number);
  marked.value = next;
}

/** A step is on its way. */
export const sending = signal(false);
/** Why the last step was not taken. */
export const refusal = signal<ApiError | null>(null);
/** The incident that the merge form begins with. */
export const mergeInto = signal<string | null>(null);
/** Rows of the sorting desk, while it is open. */
export const sortingRows = signal<CaseRow[]>([]);
/** The rows that J and K walk through. */
export const walked = computed<readonly CaseRow[]>(() => (deskView.value.tab === "sorting" ? sortingRows.value : rows.value));
/** Tiles hold open incidents only; what was handled is drawn from the list. */
export const drawsOpen = computed(() => !filter.value.handled);
/** An area is being drawn on the map: clicks are its corners. */
export const drawing = signal(false);
