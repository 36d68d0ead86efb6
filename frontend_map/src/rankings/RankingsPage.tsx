import { useEffect, useLayoutEffect } from "preact/hooks";
import { loadRanking } from "../api/rankings";
import { dateTime, date } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { openMode, ownRoles } from "../state/session";
import { mapState, rankingsView } from "../state/store";
import { Controls } from "./Controls";
import { Counted } from "./Counted";
import { Crumbs } from "./Crumbs";
import { DayReportPanel } from "./DayReportPanel";
import { Legend } from "./Legend";
import { RankingLayers } from "./RankingLayers";
import { RankingsExport, caption } from "./RankingsExport";
import { RankingTable } from "./RankingTable";
import { dayAfter } from "./periods";
import { ownBeginning, saysWhich } from "./address";
import { answer, question, setRankings } from "./state";

const RECOUNT_MS = 4_000;
/** Whether the page was opened before: it is found again as it was left. */
let begun = false;

/** Zones ranked by figures: a table linked with the map beside it. */
export function RankingsPage() {
  const asked = question.value;
  const { value, error, loading, again } = useLoad(JSON.stringify(asked), (abort) => loadRanking(asked, abort));
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value]);
  useLayoutEffect(() => {
    const own = begun || saysWhich(new URLSearchParams(location.search)) ? null : ownBeginning(ownRoles.peek());
    begun = true;
    if (own) setRankings(own);
  }, []);
  useEffect(() => {
    if (value) answer.value = value;
  }, [value]);
  // What a large import brought is being counted: ask again until it is.
  useEffect(() => {
    if (!value?.waiting) return;
    const timer = window.setTimeout(again, RECOUNT_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  const shown = value ?? answer.value;
  return (
    <section class="desk rankings" data-covers="none" aria-label={t("rankings.title")}>
      <PrintedAbove />
      <header class="desk-head rankings-head">
        <div class="rankings-title">
          <h2>{t("rankings.title")}</h2>
          <RankingsExport />
          <button type="button" class="bar-button" title={t("out.print")} aria-label={t("out.print")} onClick={() => window.print()}>
            <Glyph name="print" size={16} />
          </button>
        </div>
        {shown && (
          <p class="small muted rankings-as-of" role="status">
            {t("rankings.as_of", { at: dateTime(shown.as_of) })}
            {shown.waiting && <strong> {t("rankings.waiting")}</strong>}
          </p>
        )}
        <Controls />
      </header>
      <div class="desk-body" tabIndex={-1} id="ranking">
        <Crumbs />
        {shown && (
          <p class="small muted rankings-span">
            {t("rankings.span", { from: date(shown.span.first), until: date(dayAfter(shown.span.last, -1)) })}
            {shown.compared_with && ` · ${t("rankings.compared", { from: date(shown.compared_with.first), until: date(dayAfter(shown.compared_with.last, -1)) })}`}
            {shown.cut && ` · ${t("rankings.cut")}`}
            {!openMode.value && !ownRoles.value.some((one) => one.scope.everything) && ` · ${t("rankings.own")}`}
          </p>
        )}
        {error && <Trouble error={error} again={again} />}
        {!shown && loading && <Waiting />}
        {shown && !error && <RankingTable answer={shown} busy={loading} />}
      </div>
    </section>
  );
}

/** What stands above a printed ranking: of which incidents, when, by whom. */
function PrintedAbove() {
  const { title, lines } = caption();
  return (
    <div class="print-head" aria-hidden="true">
      <p>
        <strong>{title}</strong>
      </p>
      {lines.map((line) => (
        <p key={line} class="small">
          {line}
        </p>
      ))}
    </div>
  );
}

/** On the map: legend, the open list or day report. */
export function RankingsRight() {
  const { list, report } = rankingsView.value;
  const shown = answer.value;
  return (
    <>
      {mapState.value !== "absent" && <RankingLayers />}
      {shown && mapState.value !== "absent" && <Legend answer={shown} />}
      {report ? <DayReportPanel grid={report.grid} day={report.day} /> : list && shown ? <Counted answer={shown} list={list} /> : null}
    </>
  );
}

export const nameOf = (zone: { code: string; name: { zh?: string | null; en?: string | null } }): string => say(zone.name as { zh: string; en: string | null }) || zone.code;
