/** The open ranking: what is asked, the answer, and the zone under the pointer, shared by table and map. */
import { computed, signal } from "@preact/signals";
import type { RankingAnswer, RankingQuery, RankingRow } from "../api/rankings";
import { number, today } from "../format";
import { locale } from "../i18n";
import { rankingsView } from "../state/store";
import type { RankingsView } from "./address";
import { changeClasses, classesOf, type Class } from "./classes";
import { changeOf, isRate, valueOf } from "./figures";
import { spanOf } from "./periods";

export const answer = signal<RankingAnswer | null>(null);
/** Code of the zone under the pointer or focus, in the table or on the map. */
export const pointed = signal<string | null>(null);

export const setRankings = (change: Partial<RankingsView>): void => void (rankingsView.value = { ...rankingsView.value, ...change });

export const span = computed(() => {
  const { period, from, until } = rankingsView.value;
  return spanOf(period, today(), from, until);
});

export const question = computed<RankingQuery>(() => {
  const view = rankingsView.value;
  return {
    level: view.level,
    from: span.value.from,
    to: span.value.to,
    within: view.within,
    category: view.category,
    source: view.sources,
    compare: view.compare ? "year" : "none",
  };
});

/** Whether the map shows change: only where there is something to compare with. */
export const showsChange = computed(() => rankingsView.value.shows === "change" && answer.value?.compared_with != null);

export const shownOf = (row: RankingRow): number | null => (showsChange.value ? changeOf(row, rankingsView.value.measure) : valueOf(row, rankingsView.value.measure));

export const classes = computed<Class[]>(() => {
  const values = (answer.value?.rows ?? []).filter((row) => !row.ended).map(shownOf).filter((value) => value !== null);
  return showsChange.value ? changeClasses(values, isRate(rankingsView.value.measure)) : classesOf(values);
});

/** A value of a measure as people read it. */
export function told(measure: string, value: number | null): string {
  if (value === null) return "–";
  if (isRate(measure)) return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(value);
  if (measure === "self_found_ratio") return new Intl.NumberFormat(locale.value, { maximumFractionDigits: 2, minimumFractionDigits: 2 }).format(value);
  return number(value);
}

/** `+12.3 %`; of rates the difference, in percentage points. */
export function toldChange(measure: string, change: number | null): string {
  if (change === null) return "–";
  if (isRate(measure)) return `${new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(change * 100)}\u2009pp`;
  return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: Math.abs(change) < 0.1 ? 1 : 0, signDisplay: "exceptZero" }).format(change);
}
