import { useEffect } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { Tabs } from "../parts/Tabs";
import { cityMap } from "../state/map";
import { resumed } from "../state/session";
import { deskView, mapBounds } from "../state/store";
import { ActorDialog } from "./ActorField";
import type { DeskSummary } from "../api/dispatch";
import { DESK_TABS, QUEUES, type ClockState, type DeskTab } from "./address";
import { AlarmBanner } from "./AlarmBanner";
import { BatchBar, BatchDialog } from "./Batch";
import { CaseList } from "./CaseList";
import { FilterBar } from "./FilterBar";
import { count, readList } from "./feed";
import { listQuery } from "./question";
import { Sorting } from "./Sorting";
import * as desk from "./state";
import { toTab } from "./tabs";
import { Tasks } from "./Tasks";

/** The list waits until the map has come to rest. */
export const SETTLE_MS = 400;

/** The dispatcher's page: what waits, and what to do about it. */
export function DispatchPage() {
  const { tab, order } = deskView.value;
  const filter = desk.filter.value;
  // The map has another share of the window than on its own page.
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value]);
  const asked = JSON.stringify(listQuery(filter, order, mapBounds.value));
  useEffect(() => {
    const timer = window.setTimeout(() => void readList(), filter.inView ? SETTLE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [asked, resumed.value]);
  const counted = JSON.stringify({ ...filter, inView: false, clocks: [] });
  useEffect(() => void count(), [counted, resumed.value]);
  return (
    <section class="desk dispatch" data-covers="none" aria-label={t("desk.title")}>
      <AlarmBanner />
      <header class="desk-head">
        <Tabs<DeskTab>
          label={t("desk.tabs")}
          tabs={DESK_TABS.map((key) => ({ key, name: t(`desk.tab.${key}`), count: key === "list" ? found(desk.summary.value, filter.clocks) : key === "sorting" ? toSort(desk.summary.value) : undefined }))}
          value={tab}
          onChange={toTab}
        />
      </header>
      {tab === "list" && (
        <>
          <FilterBar />
          <Arrived />
          <CaseList />
          <BatchBar />
        </>
      )}
      {tab === "sorting" && <Sorting />}
      {tab === "tasks" && <Tasks />}
      <ActorDialog />
      <BatchDialog />
    </section>
  );
}

/** How many the list holds: the counts are those without a choice of limits. */
function found(summary: DeskSummary | null, clocks: readonly ClockState[]): number | undefined {
  if (!summary || clocks.length === 0) return summary?.total;
  return clocks.reduce((sum, one) => sum + (summary.clock[one] ?? 0), 0);
}

/** How many need a sorter's word; what is merely not dispatched yet has a count of its own. */
function toSort(summary: DeskSummary | null): number | undefined {
  const waiting = summary?.sorting;
  return waiting && QUEUES.filter((one) => one !== "unassigned").reduce((sum, one) => sum + (waiting[one] ?? 0), 0);
}

/** What came since: nothing moves until it is asked to. */
export function Arrived() {
  const arrived = desk.incoming.value;
  const left = desk.left.value.size;
  if (arrived === 0 && left === 0) return null;
  return (
    <button type="button" class="arrived" onClick={() => void readList()}>
      {arrived > 0 && <strong>{t("desk.new", { n: number(arrived) })}</strong>}
      {left > 0 && <span>{t("desk.left", { n: number(left) })}</span>}
      <span class="muted">
        {t("desk.show_new")} <kbd>R</kbd>
      </span>
    </button>
  );
}
