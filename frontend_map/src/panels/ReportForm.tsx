import { batch } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { reportIncident } from "../api/incidents";
import { loadRouting } from "../api/routing";
import type { LonLat } from "../api/types";
import { place as placeText } from "../format";
import { codeText, say, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { Panel } from "../parts/Panel";
import { asApiError, useLoad } from "../parts/load";
import { EMPTY, SOURCES, SYSTEMS, check, coordinate, draft, fieldErrors, request, type Draft, type DraftErrors } from "../state/draft";
import { cityMap } from "../state/map";
import * as store from "../state/store";

const change = (part: Partial<Draft>): void => void (draft.value = { ...draft.value, ...part });

export function ReportForm() {
  const value = draft.value;
  const place = store.draftPlace.value;
  const [errors, setErrors] = useState<DraftErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (place) store.announcement.value = t("report.place_set", { place: placeText(...place) });
  }, [place?.[0], place?.[1]]);

  const complain = (found: DraftErrors, message: string | null): void => {
    setErrors(found);
    setFailure(message);
    requestAnimationFrame(() => summary.current?.focus());
  };

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (sending) return;
    const missing = Object.entries(check(value)).map(([field, problem]) => [field, t(`report.${problem}`)]);
    if (missing.length > 0) return complain(Object.fromEntries(missing) as DraftErrors, null);
    setSending(true);
    try {
      const incident = await reportIncident(request(value, place));
      batch(() => {
        draft.value = { ...EMPTY, source: value.source };
        store.draftPlace.value = null;
        store.reporting.value = false;
        store.selection.value = { type: "incident", number: incident.number };
        store.incidentsVersion.value++;
        store.announcement.value = t("report.done", { number: incident.number });
      });
    } catch (cause) {
      const error = asApiError(cause);
      const { fields, rest } = fieldErrors(error.errors);
      const plain = error.code === "unreachable" ? t("notice.unreachable") : error.message;
      complain(fields, rest.length > 0 ? rest.join("; ") : Object.keys(fields).length > 0 ? null : t("report.failed", { detail: plain }));
      setSending(false);
    }
  };

  const count = Object.keys(errors).length;
  return (
    <Panel side="right" title={t("report.title")} subject="report" onClose={() => (store.reporting.value = false)}>
      <form class="report" noValidate onSubmit={(event) => void submit(event)} aria-label={t("report.title")}>
        {(count > 0 || failure) && (
          <div class="trouble" role="alert" tabIndex={-1} ref={summary}>
            {count > 0 && (
              <>
                <p>{t("report.errors", { n: count })}</p>
                <ul>
                  {Object.entries(errors).map(([field, message]) => (
                    <li key={field}>{message}</li>
                  ))}
                </ul>
              </>
            )}
            {failure && <p>{failure}</p>}
          </div>
        )}
        <CategoryPicker label={t("report.category")} value={value.category} onChange={(category) => change({ category })} error={errors.category} required />
        <Place error={errors.place} />
        <Field id={`${id}-text`} label={t("report.text")} error={errors.text} required>
          <textarea
            id={`${id}-text`}
            name="text"
            rows={3}
            required
            aria-invalid={errors.text ? "true" : undefined}
            aria-describedby={errors.text ? `${id}-text-error` : undefined}
            placeholder={t("report.text_hint")}
            value={value.text}
            onInput={(event) => change({ text: event.currentTarget.value })}
          />
        </Field>
        <Field id={`${id}-address`} label={t("report.address")} error={errors.address}>
          <input id={`${id}-address`} name="address" autocomplete="off" value={value.address} onInput={(event) => change({ address: event.currentTarget.value })} />
        </Field>
        <div class="columns">
          <Field id={`${id}-source`} label={t("report.source")} error={errors.source}>
            <select id={`${id}-source`} name="source" value={value.source} onChange={(event) => change({ source: event.currentTarget.value })}>
              {SOURCES.map((one) => (
                <option key={one} value={one}>
                  {codeText("source", one)}
                </option>
              ))}
            </select>
          </Field>
          <fieldset class="radios">
            <legend class="label">{t("report.urgency")}</legend>
            {["normal", "urgent"].map((one) => (
              <label key={one} class="check">
                <input type="radio" name="urgency" value={one} checked={value.urgency === one} onChange={() => change({ urgency: one })} />
                {codeText("urgency", one)}
              </label>
            ))}
          </fieldset>
        </div>
        <details class="fold" open={value.name !== "" || value.phone !== "" || Boolean(errors.reporter)}>
          <summary>
            <Glyph name="right" size={14} />
            {t("report.reporter")}
          </summary>
          <div class="columns">
            <Field id={`${id}-name`} label={t("report.reporter_name")} error={errors.reporter}>
              <input id={`${id}-name`} autocomplete="off" value={value.name} onInput={(event) => change({ name: event.currentTarget.value })} />
            </Field>
            <Field id={`${id}-phone`} label={t("report.reporter_phone")}>
              <input id={`${id}-phone`} type="tel" autocomplete="off" value={value.phone} onInput={(event) => change({ phone: event.currentTarget.value })} />
            </Field>
          </div>
        </details>
        <Preview />
        <div class="form-end">
          <button type="submit" class="button primary wide" aria-disabled={sending}>
            {sending ? t("report.sending") : t("report.submit")}
          </button>
        </div>
      </form>
    </Panel>
  );
}

/** The place: from the map (pointer or centre), or typed in a declared coordinate system. */
function Place({ error }: { error?: string | undefined }) {
  const { typed } = draft.value;
  const place = store.draftPlace.value;
  const id = useId();
  const type = (part: Partial<NonNullable<Draft["typed"]>>): void => {
    const next = { lon: "", lat: "", crs: "wgs84", ...typed, ...part };
    change({ typed: next });
  };
  const toggleTyped = (): void => {
    store.draftPlace.value = null;
    if (typed) change({ typed: null });
    else type({});
  };
  // The server says where a typed place is on the map; the map itself knows only WGS 84.
  const lon = typed ? coordinate(typed.lon) : null;
  const lat = typed ? coordinate(typed.lat) : null;
  const question = typed && lon !== null && lat !== null ? `${lon} ${lat} ${typed.crs}` : null;
  const found = useLoad(question, (abort) => loadRouting({ lon: lon!, lat: lat!, category: null, at: null, crs: typed!.crs }, abort));
  useEffect(() => {
    if (!question || !found.value) return;
    const at = (found.value.place?.coordinates as LonLat | undefined) ?? null;
    store.draftPlace.value = at;
    if (at) cityMap.value?.reveal(at, 15);
  }, [found.value]);
  return (
    <fieldset class="place" aria-describedby={error ? `${id}-error` : undefined}>
      <legend class="label">{t("report.place")}</legend>
      <p class="place-now" data-place={place ? "set" : "none"}>
        <Glyph name="pin" size={16} />
        {place ? placeText(...place) : t("report.place_none")}
        {place && (
          <button
            type="button"
            class="link"
            onClick={() => {
              change({ typed: null });
              store.draftPlace.value = null;
            }}
          >
            {t("app.clear")}
          </button>
        )}
      </p>
      <div class="place-ways">
        {store.mapState.value !== "absent" && (
          <button
            type="button"
            class="button"
            onClick={() => cityMap.value?.takeCentre()}
          >
            {t("report.place_centre")}
          </button>
        )}
        <button type="button" class="button" aria-expanded={typed !== null} onClick={toggleTyped}>
          {t("report.place_typed")}
        </button>
        {store.mapState.value !== "absent" && <span class="muted small">{t("report.place_hint")}</span>}
      </div>
      {typed && (
        <div class="typed">
          <label>
            <span class="label">{t("report.lon")}</span>
            <input name="lon" inputMode="decimal" autocomplete="off" placeholder="120.46900" value={typed.lon} onInput={(event) => type({ lon: event.currentTarget.value })} />
          </label>
          <label>
            <span class="label">{t("report.lat")}</span>
            <input name="lat" inputMode="decimal" autocomplete="off" placeholder="36.10500" value={typed.lat} onInput={(event) => type({ lat: event.currentTarget.value })} />
          </label>
          <label>
            <span class="label">{t("report.crs")}</span>
            <select name="crs" value={typed.crs} onChange={(event) => type({ crs: event.currentTarget.value })}>
              {SYSTEMS.map((one) => (
                <option key={one} value={one}>
                  {t(`report.crs.${one}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {question && found.value?.place_problem && <p class="field-error">{say(found.value.place_problem.message)}</p>}
      {found.error && question && <p class="field-error">{found.error.errors[0]?.message ?? found.error.message}</p>}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** Where the report would go, before it is sent. */
function Preview() {
  const place = store.draftPlace.value;
  const { category } = draft.value;
  const { value } = useLoad(place && category ? `${place.join()} ${category}` : null, (abort) =>
    loadRouting({ lon: place![0], lat: place![1], category, at: null }, abort),
  );
  if (!place || !category || !value) return null;
  const grid = value.zones.find((one) => one.kind === "base_grid")?.zone;
  return (
    <div class="preview">
      <p>
        <span class="muted">{t("incident.grid")}</span> {grid ? say(grid.name) : t("why.outside")}
      </p>
      <p>
        <span class="muted">{t("why.responsible")}</span> <strong>{value.responsible ? say(value.responsible.name) : t("why.no_responsible")}</strong>
      </p>
    </div>
  );
}
