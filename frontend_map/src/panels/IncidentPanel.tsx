import { useEffect, useState } from "preact/hooks";
import { loadIncident } from "../api/incidents";
import type { Incident } from "../api/types";
import { dateTime, metres, place } from "../format";
import { codeText, isKey, say, t } from "../i18n";
import { Facts } from "../parts/Facts";
import { Glyph } from "../parts/Glyph";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { Panel } from "../parts/Panel";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { cityMap, moveForSelection } from "../state/map";
import { isOpen } from "../state/incidents";
import { panel, pointedPlace, selectedPlace, selection, shownZones } from "../state/store";
import { Override } from "./Override";
import { RoutingView } from "./RoutingView";

export function IncidentPanel({ number }: { number: string }) {
  const { value, error, loading, again } = useLoad(number, (abort) => loadIncident(number, abort));
  // What a person just changed here is newer than what was loaded.
  const [changed, setChanged] = useState<Incident | null>(null);
  useEffect(() => setChanged(null), [value]);
  const newest = changed ?? value;
  const incident = newest?.number === number ? newest : null;

  useEffect(() => {
    if (!incident) return;
    const at = incident.place?.coordinates as [number, number] | undefined;
    selectedPlace.value = at ?? null;
    pointedPlace.value = null;
    shownZones.value = incident.routing.zones.flatMap((one) =>
      one.zone && one.kind === "base_grid" ? [{ layer: one.layer, code: one.zone.code }] : [],
    );
  }, [incident]);
  useEffect(() => {
    const at = incident?.place?.coordinates as [number, number] | undefined;
    if (at) moveForSelection((map) => map.reveal(at, 15.5));
  }, [incident, cityMap.value]);
  useEffect(
    () => () => {
      selectedPlace.value = null;
      shownZones.value = [];
    },
    [],
  );

  return (
    <Panel
      side="right"
      kicker={t("incident.title")}
      title={incident ? say(incident.category.name) : number}
      subject={number}
      onClose={() => (selection.value = null)}
    >
      {loading && !incident && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {incident && <Details incident={incident} onChanged={setChanged} />}
    </Panel>
  );
}

function Details({ incident, onChanged }: { incident: Incident; onChanged: (incident: Incident) => void }) {
  const at = incident.place?.coordinates as [number, number] | undefined;
  const original = incident.original;
  return (
    <>
      <p class="state-line">
        <IncidentSymbol state={incident.state} urgency={incident.urgency} size={28} />
        <strong>{codeText("state", incident.state)}</strong>
        {incident.urgency === "urgent" && <span class="badge urgent">{codeText("urgency", incident.urgency)}</span>}
        <span class="muted small">{t("incident.since", { date: dateTime(incident.state_since) })}</span>
      </p>
      <p class="incident-text">{incident.text}</p>
      <div class="panel-actions">
        {at && (
          <button type="button" class="button" onClick={() => cityMap.value?.reveal(at, 16.5)}>
            <Glyph name="pin" size={16} />
            {t("incident.show")}
          </button>
        )}
        {!at && isOpen(incident.state) && (
          <button type="button" class="button primary" onClick={() => (panel.value = "locate")}>
            <Glyph name="pin" size={16} />
            {t("locate.form")}
          </button>
        )}
      </div>
      <Facts
        rows={[
          [t("zone.code"), <span class="code">{incident.number}</span>],
          [t("incident.reported"), dateTime(incident.reported_at)],
          [t("incident.address"), incident.address],
          [t("incident.source"), [codeText("source", incident.source), incident.source_ref].filter(Boolean).join(" · ")],
          [
            t("incident.place"),
            at
              ? [place(...at), incident.accuracy_m === null ? "" : t("incident.accuracy", { m: metres(incident.accuracy_m) })]
                  .filter(Boolean)
                  .join(" · ")
              : t("incident.unlocated"),
          ],
          ["", incident.located ? t("locate.located", { date: dateTime(incident.located.at), by: codeText("actor", incident.located.by) }) : null],
          [t("incident.original"), original && original.crs !== "wgs84" ? `${place(...original.coordinates)} · ${crsName(original.crs)}` : null],
        ]}
      />
      {incident.place_problem && !incident.routing.place_problem && <p class="warning">{say(incident.place_problem.message)}</p>}
      <section class="routing" aria-label={t("incident.routing")}>
        <RoutingView routing={incident.routing} overridden={incident.override !== null} after={<Override key={incident.number} incident={incident} onChanged={onChanged} />} />
      </section>
      {incident.history.length > 0 && (
        <section>
          <h3>{t("incident.history")}</h3>
          <ol class="history">
            {incident.history.map((entry) => (
              <li key={entry.seq}>
                <time dateTime={entry.at}>{dateTime(entry.at)}</time> <strong>{codeText("action", entry.action)}</strong>
                <span class="muted"> {codeText("actor", entry.actor)}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

export function crsName(code: string): string {
  const key = `report.crs.${code}`;
  return isKey(key) ? t(key as "report.crs.wgs84") : code;
}
