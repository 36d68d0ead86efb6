/** The list and its counts: read anew when the question changes, looked at again when something happened. */
import { batch } from "@preact/signals";
import { loadRows, loadSummary } from "../api/dispatch";
import type { Query } from "../api/client";
import { number as numberText } from "../format";
import { t } from "../i18n";
import { asApiError } from "../parts/load";
import { announcement, deskView, incidentsVersion, mapBounds } from "../state/store";
import { merge } from "./merge";
import { tellTime } from "./now";
import { filterQuery, listQuery } from "./question";
import * as desk from "./state";

const PAGE = 50;
/** More than this is not compared; whoever reads so far down waits for the next reading. */
const MOST_COMPARED = 200;

let listRun: AbortController | null = null;
let lookRun: AbortController | null = null;
let countRun: AbortController | null = null;

const question = (): Query => listQuery(desk.filter.peek(), deskView.peek().order, mapBounds.peek());

/** Reads the list from its beginning. */
export async function readList(): Promise<void> {
  await read(null);
}

/** Reads the next page. */
export async function readMore(): Promise<void> {
  if (desk.nextPage.peek() !== null) await read(desk.nextPage.peek());
}

async function read(after: string | null): Promise<void> {
  listRun?.abort();
  lookRun?.abort();
  const abort = (listRun = new AbortController());
  desk.loading.value = true;
  try {
    const page = await loadRows({ ...question(), limit: PAGE, after }, abort.signal);
    if (abort.signal.aborted) return;
    tellTime(page.items.map((row) => row.clock));
    batch(() => {
      const before = after ? desk.rows.peek() : [];
      const known = new Set(before.map((row) => row.number));
      desk.rows.value = [...before, ...page.items.filter((row) => !known.has(row.number))];
      desk.nextPage.value = page.next;
      desk.failure.value = null;
      desk.loading.value = false;
      if (after === null) {
        desk.incoming.value = 0;
        desk.left.value = new Set();
        if (!page.items.some((row) => row.number === desk.cursor.peek())) desk.cursor.value = page.items[0]?.number ?? null;
        announcement.value = t("list.shown", { n: numberText(page.items.length) });
      }
    });
  } catch (cause) {
    if (abort.signal.aborted) return;
    batch(() => {
      desk.failure.value = asApiError(cause);
      desk.loading.value = false;
    });
  }
}

/** Looks whether something changed, without moving anything: words in place, arrivals as a number. */
export async function lookAgain(): Promise<void> {
  if (desk.loading.peek() || desk.failure.peek()) return;
  lookRun?.abort();
  const abort = (lookRun = new AbortController());
  const limit = Math.min(MOST_COMPARED, Math.max(PAGE, desk.rows.peek().length));
  try {
    const page = await loadRows({ ...question(), limit }, abort.signal);
    if (abort.signal.aborted || desk.loading.peek()) return;
    tellTime(page.items.map((row) => row.clock));
    const shown = desk.rows.peek();
    const head = merge(shown.slice(0, limit), page.items, page.next === null);
    batch(() => {
      desk.rows.value = [...head.rows, ...shown.slice(limit)];
      if (head.incoming > desk.incoming.peek()) announcement.value = t("desk.arrived", { n: numberText(head.incoming) });
      desk.incoming.value = head.incoming;
      desk.left.value = head.left;
    });
  } catch (cause) {
    if (!abort.signal.aborted) console.warn("desk:", cause);
  }
}

/** Counts for the filters and the alarm of the queue; those of the clock are counted as if none was chosen. */
export async function count(): Promise<void> {
  countRun?.abort();
  const abort = (countRun = new AbortController());
  const query = filterQuery({ ...desk.filter.peek(), clocks: [], handled: false });
  try {
    const found = await loadSummary(query, abort.signal);
    if (abort.signal.aborted) return;
    batch(() => {
      desk.summary.value = found;
      desk.summaryFailure.value = null;
    });
  } catch (cause) {
    if (abort.signal.aborted) return;
    desk.summaryFailure.value = asApiError(cause);
  }
}

/** Something was done here: everything is read anew, the map's tiles too. */
export function afterStep(): void {
  batch(() => {
    incidentsVersion.value++;
    desk.changed.value++;
  });
}
