import { useEffect } from "preact/hooks";
import { loadDepartment } from "../api/department";
import { BatchBar, BatchDialog } from "../dispatch/Batch";
import { ActorDialog } from "../dispatch/ActorField";
import { Arrived, SETTLE_MS } from "../dispatch/DispatchPage";
import { CaseList } from "../dispatch/CaseList";
import { CasePanel } from "../dispatch/CasePanel";
import { count, readList } from "../dispatch/feed";
import { FilterBar } from "../dispatch/FilterBar";
import { MapOverlay } from "../dispatch/MapOverlay";
import { listQuery } from "../dispatch/question";
import * as desk from "../dispatch/state";
import { t } from "../i18n";
import { ReportForm } from "../panels/ReportForm";
import { ZonePanel } from "../panels/ZonePanel";
import { Tabs } from "../parts/Tabs";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { loadNames } from "../state/rules_desk";
import { resumed } from "../state/session";
import { departmentView, deskView, mapBounds, mapState, reporting, selection } from "../state/store";
import { PARTS, type Part } from "./address";
import { Boxes } from "./Boxes";
import { DepartmentLayers } from "./DepartmentLayers";
import { Facilities } from "./Facilities";
import { Figures } from "./Figures";
import { Grids } from "./Grids";
import { Head } from "./Head";
import { People } from "./People";
import { PrintHead } from "./PrintHead";
import { toPart } from "./parts";
import { QueryPart } from "./QueryPart";
import { useShown } from "./shown";
import { answer, pointedKey, pressed, scopeQuery, summary } from "./state";

/** A department's page: its own incidents, facilities, grids and people, and questions about any area. */
export function DepartmentPage() {
  const { part } = departmentView.value;
  const { order, tab } = deskView.value;
  const filter = desk.filter.value;
  // The map has another share of the window than on its own page.
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value, part === "incidents"]);
  useEffect(() => void loadNames().catch((cause: unknown) => console.warn("organisations:", cause)), []);
  useEffect(() => {
    if (tab !== "list") desk.setDesk({ tab: "list" });
  }, [tab]);
  const asked = JSON.stringify(listQuery(filter, order, mapBounds.value));
  useEffect(() => {
    const timer = window.setTimeout(() => void readList(), filter.inView ? SETTLE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [asked, resumed.value]);
  const counted = JSON.stringify({ ...filter, inView: false, clocks: [] });
  useEffect(() => void count(), [counted, resumed.value]);
  const own = useLoad(`${JSON.stringify(scopeQuery.value)} ${desk.changed.value} ${Math.floor(desk.incoming.value)}`, (abort) => loadDepartment(scopeQuery.value, abort));
  useEffect(() => {
    if (own.value) summary.value = own.value;
  }, [own.value]);
  return (
    <section class="desk dispatch department" data-covers="none" data-part={part} aria-label={t("department.title")}>
      <PrintHead />
      <header class="desk-head department-head">
        <Head />
        <Tabs<Part> label={t("department.parts")} tabs={PARTS.map((key) => ({ key, name: t(`department.part.${key}`) }))} value={part} onChange={toPart} />
      </header>
      {part === "incidents" && (
        <>
          <FilterBar first={<Boxes />} />
          <Arrived />
          {filter.handled && <HandledOnMap />}
          <CaseList />
          <BatchBar />
        </>
      )}
      {part === "facilities" && <Facilities />}
      {part === "grids" && <Grids />}
      {part === "people" && <People />}
      {part === "figures" && <Figures />}
      {part === "query" && <QueryPart />}
      <ActorDialog />
      <BatchDialog />
    </section>
  );
}

/** What was handled is on no tile: the rows of the list are drawn themselves. */
function HandledOnMap() {
  const rows = desk.rows.value;
  useShown(
    rows.flatMap((row) => (row.place ? [{ type: "Feature" as const, properties: { key: row.number, kind: "incident" }, geometry: row.place }] : [])),
    rows,
  );
  const asked = pressed.value;
  useEffect(() => {
    if (asked) desk.openIncident(asked.key);
  }, [asked]);
  const pointed = desk.pointed.value;
  useEffect(() => void (pointedKey.value = pointed), [pointed]);
  return null;
}

/** What the dots of a table mean. */
function RowsLegend({ part }: { part: Part }) {
  const repeated = part === "query" && (answer.value?.repeat_places ?? []).length > 0;
  if (part !== "facilities" && part !== "figures" && !repeated) return null;
  return (
    <div class="map-overlay">
      <ul class="desk-legend small" aria-label={t("legend.title")}>
        <li>
          <svg width="34" height="20" viewBox="0 0 34 20" aria-hidden="true">
            <circle cx="7" cy="12" r="4.5" fill="#1a5a6c" />
            <circle cx="23" cy="10" r="8.5" fill="#1a5a6c" />
          </svg>
          {t(part === "facilities" ? "legend.facility_dots" : "legend.repeat_dots")}
        </li>
        <li>
          <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
            <circle cx="9" cy="9" r="7" fill="#b3261e" />
          </svg>
          {t(part === "facilities" ? "legend.late_dots" : "legend.open_dots")}
        </li>
      </ul>
    </div>
  );
}

export function DepartmentRight() {
  const { part } = departmentView.value;
  const selected = selection.value;
  return (
    <>
      <MapOverlay bare={part !== "incidents"} />
      {mapState.value !== "absent" && <RowsLegend part={part} />}
      {mapState.value !== "absent" && <DepartmentLayers />}
      {reporting.value ? (
        <ReportForm />
      ) : selected?.type === "incident" ? (
        <CasePanel number={selected.number} />
      ) : selected?.type === "zone" ? (
        <ZonePanel layer={selected.layer} code={selected.code} />
      ) : null}
    </>
  );
}
