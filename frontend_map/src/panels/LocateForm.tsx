import { batch } from "@preact/signals";
import { useEffect, useId, useState } from "preact/hooks";
import { loadIncident } from "../api/incidents";
import { locate } from "../api/places";
import { loadRouting } from "../api/routing";
import { search } from "../api/search";
import type { Incident, LonLat, SearchHit } from "../api/types";
import { dateTime, place as placeText } from "../format";
import { codeText, say, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { Facts } from "../parts/Facts";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { Panel } from "../parts/Panel";
import { ReasonField } from "../parts/ReasonField";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { ACCURACIES, following, queue, type Accuracy } from "../state/locating";
import { cityMap } from "../state/map";
import * as store from "../state/store";
import { IncidentPanel, crsName } from "./IncidentPanel";

/** A place for one incident: from the map, by address, by keyboard; saved, routed, then the next one. */
export function LocateForm({ number }: { number: string }) {
  const { value, error, loading, again } = useLoad(number, (abort) => loadIncident(number, abort));
  const incident = value?.number === number ? value : null;
  if (incident && incident.place_status === "located") return <IncidentPanel number={number} />;
  return (
    <Panel side="right" kicker={t("locate.form")} title={incident ? say(incident.category.name) : number} subject={`locate ${number}`} onClose={() => (store.selection.value = null)}>
      {loading && !incident && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {incident && <Form key={incident.number} incident={incident} />}
    </Panel>
  );
}

/** Whether the map can go there: a swapped or zero coordinate lies beyond its bounds. */
function onMap([lon, lat]: LonLat): boolean {
  const [west, south, east, north] = store.city.value?.bounds ?? [0, 0, 0, 0];
  const around = 0.5;
  return lon > west - around && lon < east + around && lat > south - around && lat < north + around;
}

/** Goes on with another incident, or leaves the queue when it is done. */
function goOn(number: string): void {
  const next = following(queue.value, number);
  store.selection.value = next ? { type: "incident", number: next.number } : null;
}

interface Errors {
  place?: string;
  reason?: string;
}

function Form({ incident }: { incident: Incident }) {
  const [accuracy, setAccuracy] = useState<Accuracy>("5");
  const [reason, setReason] = useState("");
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const id = useId();
  const place = store.locatePlace.value;
  const sent = incident.original?.coordinates ?? null;

  useEffect(() => {
    store.locatePlace.value = null;
    store.locateTarget.value = incident.number;
    return () => {
      store.locatePlace.value = null;
      store.locateTarget.value = null;
    };
  }, [incident.number]);

  useEffect(() => {
    if (place) store.announcement.value = t("report.place_set", { place: placeText(...place) });
  }, [place?.[0], place?.[1]]);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (saving) return;
    const found: Errors = {};
    if (!place) found.place = t("locate.need_place");
    if (!reason.trim()) found.reason = t("locate.need_reason");
    setErrors(found);
    setFailure(null);
    if (!place || Object.keys(found).length > 0) return;
    setSaving(true);
    try {
      const stored = await locate(incident.number, {
        place: { type: "Point", coordinates: place },
        crs: "wgs84",
        ...(accuracy === "none" ? {} : { accuracy_m: Number(accuracy) }),
        reason: reason.trim(),
      });
      const org = stored.responsible ? say(stored.responsible.name) : t("why.no_responsible");
      batch(() => {
        goOn(incident.number);
        queue.value = queue.value.filter((one) => one.number !== incident.number);
        store.incidentsVersion.value++;
        store.announcement.value = t("locate.done", { number: stored.number, org });
        store.flash.value = t("locate.done", { number: stored.number, org });
      });
    } catch (cause) {
      const problem = asApiError(cause);
      const told: Errors = {};
      for (const { field, message } of problem.errors) {
        if (field.startsWith("reason")) told.reason ??= message;
        else told.place ??= message;
      }
      setErrors(told);
      if (Object.keys(told).length === 0) setFailure(t("override.failed", { detail: problem.code === "unreachable" ? t("notice.unreachable") : problem.message }));
      setSaving(false);
    }
  };

  return (
    <>
      <p class="incident-text">{incident.text}</p>
      {incident.place_problem && <p class="warning">{say(incident.place_problem.message)}</p>}
      <Facts
        rows={[
          [t("incident.address"), incident.address],
          [t("incident.reported"), dateTime(incident.reported_at)],
          [t("incident.source"), codeText("source", incident.source)],
          [
            t("locate.sent"),
            sent && (
              <>
                {placeText(...sent)} · {crsName(incident.original!.crs)}{" "}
                {onMap(sent) && (
                  <button type="button" class="link" onClick={() => cityMap.value?.reveal(sent, 14)}>
                    {t("locate.sent_show")}
                  </button>
                )}
              </>
            ),
          ],
        ]}
      />
      <form class="report locate-form" noValidate aria-label={t("locate.form")} onSubmit={(event) => void submit(event)}>
        {failure && (
          <p class="trouble" role="alert">
            {failure}
          </p>
        )}
        <fieldset class="place">
          <legend class="label">
            {t("report.place")} <span class="required">{t("report.required")}</span>
          </legend>
          <AddressField start={incident.address} />
          <p class="place-now" data-place={place ? "set" : "none"}>
            <Glyph name="pin" size={16} />
            {place ? placeText(...place) : t("locate.place_none")}
          </p>
          {store.mapState.value !== "absent" && (
            <div class="place-ways">
              <button type="button" class="button" onClick={() => cityMap.value?.takeCentre()}>
                {t("report.place_centre")}
              </button>
            </div>
          )}
          {errors.place && (
            <p class="field-error" role="alert">
              {errors.place}
            </p>
          )}
        </fieldset>
        <Preview category={incident.category.key} />
        <Field id={`${id}-accuracy`} label={t("locate.accuracy")}>
          <select id={`${id}-accuracy`} name="accuracy" value={accuracy} onChange={(event) => setAccuracy(event.currentTarget.value as Accuracy)}>
            {ACCURACIES.map((one) => (
              <option key={one} value={one}>
                {t(`locate.accuracy.${one}`)}
              </option>
            ))}
          </select>
        </Field>
        <ReasonField id={id} label={t("locate.reason")} hint={t("locate.reason_hint")} value={reason} error={errors.reason} onInput={setReason} />
        <div class="form-end">
          <button type="submit" class="button primary wide" aria-disabled={saving}>
            {saving ? t("locate.saving") : t("locate.save")}
          </button>
          <div class="panel-actions">
            <button type="button" class="link" onClick={() => goOn(incident.number)}>
              {t("locate.skip")}
            </button>
            <button type="button" class="link" onClick={() => (store.panel.value = "list")}>
              {t("locate.details")}
            </button>
          </div>
        </div>
      </form>
    </>
  );
}

/** Takes the place of something that has an address; the map goes there. */
function AddressField({ start }: { start: string | null }) {
  const find = async (text: string, abort: AbortSignal) =>
    (await search(text === "" ? (start ?? "") : text, abort))
      .filter((hit) => hit.point !== null && hit.type !== "incident")
      .map((hit: SearchHit, index) => ({ key: `${hit.type} ${hit.code} ${index}`, label: say(hit.label), detail: say(hit.detail), value: hit }));
  const take = (hit: SearchHit): void => {
    const at = hit.point as LonLat;
    store.locatePlace.value = at;
    cityMap.value?.reveal(at, 16.5);
  };
  return <Combo label={t("locate.address_find")} name="address" open={Boolean(start?.trim())} none={t("locate.address_none")} find={find} onTake={take} />;
}

/** Where it would go from there. */
function Preview({ category }: { category: string }) {
  const place = store.locatePlace.value;
  const { value } = useLoad(place ? `${place.join()} ${category}` : null, (abort) => loadRouting({ lon: place![0], lat: place![1], category, at: null }, abort));
  if (!place || !value) return null;
  const grid = value.zones.find((one) => one.kind === "base_grid")?.zone;
  return (
    <div class="preview">
      {value.place_problem ? (
        <p class="field-error">{say(value.place_problem.message)}</p>
      ) : (
        <>
          <p>
            <span class="muted">{t("incident.grid")}</span> {grid ? say(grid.name) : t("why.outside")}
          </p>
          <p>
            <span class="muted">{t("locate.would_go")}</span> <strong>{value.responsible ? say(value.responsible.name) : t("why.no_responsible")}</strong>
          </p>
        </>
      )}
    </div>
  );
}
