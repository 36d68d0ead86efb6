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
import { scopeQuery, summary } from "./state";

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

export function DepartmentRight() {
  const selected = selection.value;
  return (
    <>
      <MapOverlay />
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
