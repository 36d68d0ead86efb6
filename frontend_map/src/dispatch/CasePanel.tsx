import { useEffect, useRef, useState } from "preact/hooks";
import { loadCase, type Case } from "../api/cases";
import { loadIncident } from "../api/incidents";
import type { Incident, LonLat, Named } from "../api/types";
import { dateTime } from "../format";
import { codeText, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { Tabs } from "../parts/Tabs";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { actorFor, involvedIn } from "../state/acting";
import { may } from "../state/session";
import { cityMap, moveForSelection } from "../state/map";
import { pointedPlace, selectedPlace, selection, shownZones } from "../state/store";
import { CaseActions } from "./CaseActions";
import { CaseClock } from "./CaseClock";
import { CaseSteps } from "./CaseSteps";
import { CaseWork } from "./CaseWork";
import { Nearby } from "./Nearby";
import { Sides } from "./Sides";
import { tellTime } from "./now";
import * as desk from "./state";
import type { Suggested } from "./StepForm";
import { TriageHint } from "./TriageHint";
import { Why } from "./Why";

/** One incident on the desk: where it stands, what comes next, why it is where it is, what happened. */
export function CasePanel({ number }: { number: string }) {
  const before = desk.openCase.value;
  const who = actorFor(involvedIn(before?.number === number ? before : null));
  const round = desk.changed.value;
  const loaded = useLoad(`${number} ${round}`, (abort) => loadIncident(number, abort));
  const asked = useLoad(`${number} ${round} ${JSON.stringify(who)}`, (abort) => loadCase(number, who, abort));
  const [changed, setChanged] = useState<Incident | null>(null);
  useEffect(() => setChanged(null), [loaded.value]);
  const newest = changed ?? loaded.value;
  const incident = newest?.number === number ? newest : null;
  useEffect(() => {
    desk.stepOpen.value = null;
    desk.refusal.value = null;
  }, [number]);
  useEffect(() => {
    const found = asked.value?.number === number ? asked.value : null;
    if (found) tellTime([found.clock]);
    desk.openCase.value = found;
  }, [asked.value, number]);
  useEffect(() => () => void (desk.openCase.value = null), []);
  usePlace(incident);
  const item = desk.openCase.value?.number === number ? desk.openCase.value : null;
  const tall = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (desk.reading.value > 0 && !document.activeElement?.closest(".stage-map")) tall.current?.focus({ preventScroll: true });
  }, [desk.reading.value]);
  const title = incident ? say(incident.category.name) : number;
  return (
    <section class="panel panel-right case-panel" data-covers="right" aria-label={`${t("incident.title")} ${title}`}>
      <header class="panel-head">
        {incident && <IncidentSymbol state={item?.state ?? incident.state} urgency={incident.urgency} size={26} />}
        <div class="panel-titles">
          <p class="kicker">
            <span class="code">{number}</span>
          </p>
          <h2 ref={tall} tabIndex={-1}>
            {title}
          </h2>
        </div>
        <button type="button" class="icon-button" aria-label={`${t("app.close")} ${title}`} title={`${t("app.close")} (Esc)`} onClick={() => (selection.value = null)}>
          <Glyph name="close" />
        </button>
      </header>
      <div class="panel-body" tabIndex={0} role="group" aria-label={title}>
        {loaded.loading && !incident && <Waiting />}
        {loaded.error && <Trouble error={loaded.error} again={loaded.again} />}
        {incident && <Head incident={incident} item={item} />}
        {incident && item && (item.state === "reported" || item.state === "accepted") && <TriageHint incident={incident} />}
        {asked.error && <CaseTrouble status={asked.error.status} retry={asked.again} message={asked.error.message} />}
        {item && incident && may("cases_step") && <CaseActions item={item} suggested={suggestions(incident)} category={incident.category.key} />}
        {incident && <Body incident={incident} item={item} onChanged={setChanged} />}
      </div>
    </section>
  );
}

/** The incident can be read, its life cannot: said plainly, the rest of the panel stands. */
function CaseTrouble({ status, message, retry }: { status: number; message: string; retry: () => void }) {
  return (
    <div class="warning small" role="alert">
      {status === 404 ? t("case.absent") : t("notice.server_error", { detail: message })}{" "}
      <button type="button" class="link" onClick={retry}>
        {t("app.retry")}
      </button>
    </div>
  );
}

/** Whom the rules named, the winner first: likely answers to "who". */
function suggestions(incident: Incident): Suggested {
  const { responsible, supporting, runners_up: runners } = incident.routing;
  // A person's override stands above the rules.
  const lead = incident.responsible ?? responsible;
  const beside = incident.override?.supporting ?? supporting;
  const found = [lead, ...beside, responsible, ...runners.map((one) => one.organisation)].filter((one): one is Named => one !== null);
  return { lead, supporting: beside, all: found.filter((one, at) => found.findIndex((each) => each.code === one.code) === at) };
}

/** Marks the place on the map, and brings it into sight. */
function usePlace(incident: Incident | null): void {
  useEffect(() => {
    if (!incident) return;
    selectedPlace.value = (incident.place?.coordinates as LonLat | undefined) ?? null;
    pointedPlace.value = null;
    shownZones.value = incident.routing.zones.flatMap((one) => (one.zone && one.kind === "base_grid" ? [{ layer: one.layer, code: one.zone.code }] : []));
  }, [incident]);
  useEffect(() => {
    const at = incident?.place?.coordinates as LonLat | undefined;
    if (at) moveForSelection((map) => map.reveal(at));
  }, [incident?.number, cityMap.value]);
  useEffect(
    () => () => {
      selectedPlace.value = null;
      shownZones.value = [];
    },
    [],
  );
}

function Head({ incident, item }: { incident: Incident; item: Case | null }) {
  const state = item?.state ?? incident.state;
  return (
    <>
      <p class="state-line">
        <strong class="case-state-now">{codeText("state", state)}</strong>
        {incident.urgency === "urgent" && <span class="badge urgent">{codeText("urgency", incident.urgency)}</span>}
        {item?.supervised_since && <span class="badge urgent">{t("desk.supervised")}</span>}
        {item?.objection && <span class="badge urgent">{t("case.objected")}</span>}
        {item?.suspended_since && <span class="badge">{t("clock.paused")}</span>}
        {item && item.reworks > 0 && <span class="badge">{t("case.reworks", { n: item.reworks })}</span>}
        {item && item.send_backs > 0 && <span class="badge">{t("case.send_backs", { n: item.send_backs })}</span>}
        {item?.duplicate_of && <span class="badge plain">{t("case.duplicate_of", { number: item.duplicate_of })}</span>}
        <span class="muted small">{t("incident.since", { date: dateTime(incident.state_since) })}</span>
      </p>
      <CaseClock clock={item?.clock ?? null} />
      <p class="incident-text">{incident.text}</p>
    </>
  );
}

function Body({ incident, item, onChanged }: { incident: Incident; item: Case | null; onChanged: (incident: Incident) => void }) {
  const tab = desk.caseTab.value;
  return (
    <>
      <Tabs<desk.CaseTab>
        label={t("case.tabs")}
        tabs={desk.CASE_TABS.map((key) => ({ key, name: t(`case.tab.${key}`), count: key === "steps" ? item?.steps.length : undefined }))}
        value={tab}
        onChange={(next) => (desk.caseTab.value = next)}
      />
      {tab === "work" && <CaseWork incident={incident} item={item} />}
      {tab === "why" && (
        <>
          <Sides number={incident.number} item={item} />
          <Why incident={incident} onChanged={onChanged} />
        </>
      )}
      {tab === "near" && <Nearby incident={incident} item={item} />}
      {tab === "steps" && <CaseSteps incident={incident} item={item} />}
    </>
  );
}
