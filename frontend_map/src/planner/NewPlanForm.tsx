import { batch } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { makePlan } from "../api/plans";
import type { Layer, Text } from "../api/types";
import { findZones } from "../api/zones";
import { cityDay, today } from "../format";
import { say, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { Field } from "../parts/Field";
import { asApiError } from "../parts/load";
import { cityMap } from "../state/map";
import { cityLayers, openPlan, shownZones } from "../state/store";
import { person, personKnown, typedPerson } from "./person";
import { planListVersion } from "./state";

interface Area {
  layer: string;
  code: string;
  name: Text;
}

const DEFAULT_BAND = { min: "300", max: "500" };
const NO_BAND = { min: "", max: "" };

/** Layers whose zones can be redrawn, base grids first: zones that overlap cannot. */
const redrawable = (all: readonly Layer[]): Layer[] =>
  all
    .filter((one) => (one.kind === "base_grid" || one.kind === "specialist" || one.kind === "jurisdiction") && one.cardinality !== "many" && one.zones > 0)
    .toSorted((a, b) => Number(b.kind === "base_grid") - Number(a.kind === "base_grid"));

/** What a plan needs before it can be drawn. */
export function NewPlanForm({ onClose }: { onClose: () => void }) {
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  const layers = redrawable(cityLayers.value);
  const regions = cityLayers.value.filter((one) => one.kind === "region" && one.zones > 1);
  const [layer, setLayer] = useState(layers[0]?.code ?? "base_grid");
  const [region, setRegion] = useState(regions.find((one) => one.code === "community")?.code ?? regions[0]?.code ?? "");
  const [area, setArea] = useState<Area | null>(null);
  const [name, setName] = useState("");
  const [day, setDay] = useState("");
  const nested = layers.find((one) => one.code === layer)?.kind === "base_grid";
  const [band, setBand] = useState(nested ? DEFAULT_BAND : NO_BAND);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  useEffect(() => first.current?.focus(), []);
  useEffect(() => {
    shownZones.value = area ? [{ layer: area.layer, code: area.code }] : [];
    return () => void (shownZones.value = []);
  }, [area]);

  const min = Number(band.min);
  const max = Number(band.max);
  // Of other layers the server takes the sizes there are.
  const noBand = !nested && band.min.trim() === "" && band.max.trim() === "";
  const badBand = !noBand && !(Number.isInteger(min) && Number.isInteger(max) && min > 0 && max > min);
  const noName = name.trim() === "";
  const nobody = person.value.trim() === "";

  const takeLayer = (code: string): void => {
    setLayer(code);
    setBand(layers.find((one) => one.code === code)?.kind === "base_grid" ? DEFAULT_BAND : NO_BAND);
  };

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (badBand || noName || nobody || saving) return;
    setSaving(true);
    setFailure(null);
    try {
      const plan = await makePlan({
        layer,
        name: { zh: name.trim(), en: null },
        area: area && { layer: area.layer, code: area.code },
        base: day === "" || day === today() ? null : cityDay(day),
        band: noBand ? null : { min, max },
        by: person.value.trim(),
      });
      batch(() => {
        planListVersion.value++;
        openPlan.value = plan.code;
      });
    } catch (cause) {
      setFailure(asApiError(cause));
      setSaving(false);
    }
  };

  return (
    <form class="report boxed new-plan" aria-label={t("planner.new")} onSubmit={(event) => void submit(event)} noValidate>
      <Field id={`${id}-name`} label={t("newplan.name")} required error={tried && noName ? t("newplan.need_name") : undefined} hint={t("newplan.name_hint")}>
        <input ref={first} id={`${id}-name`} name="name" maxLength={100} value={name} aria-invalid={tried && noName ? "true" : undefined} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <div class="columns">
        <Field id={`${id}-layer`} label={t("newplan.layer")}>
          <select id={`${id}-layer`} name="layer" value={layer} onChange={(event) => takeLayer(event.currentTarget.value)}>
            {layers.map((one) => (
              <option key={one.code} value={one.code}>
                {say(one.name)}
              </option>
            ))}
          </select>
        </Field>
        <Field id={`${id}-base`} label={t("newplan.base")} hint={t("newplan.base_hint")}>
          <input id={`${id}-base`} name="base" type="date" max={today()} value={day} onInput={(event) => setDay(event.currentTarget.value)} />
        </Field>
      </div>
      <fieldset>
        <legend class="label">{t("newplan.area")}</legend>
        {area ? (
          <p class="chosen">
            <strong>{say(area.name)}</strong> <span class="code">{area.code}</span>{" "}
            <button type="button" class="link" onClick={() => setArea(null)}>
              {t("app.clear")}
            </button>
          </p>
        ) : (
          <div class="columns">
            <select aria-label={t("newplan.area_layer")} name="region" value={region} onChange={(event) => setRegion(event.currentTarget.value)}>
              {regions.map((one) => (
                <option key={one.code} value={one.code}>
                  {say(one.name)}
                </option>
              ))}
            </select>
            <Combo
              key={region}
              label={t("newplan.area_find")}
              name="area"
              open
              placeholder={t("newplan.area_any")}
              none={t("rule.zone_none")}
              find={async (text, abort) => (await findZones(region, text, abort)).map((one) => ({ key: one.code, label: say(one.name) || one.code, detail: one.code, value: one }))}
              onTake={(one) => {
                setArea({ layer: region, code: one.code, name: one.name });
                cityMap.value?.fit(one.bounds);
              }}
            />
          </div>
        )}
      </fieldset>
      <div class="columns">
        <fieldset>
          <legend class="label">{t("newplan.band")}</legend>
          <div class="band-fields">
            <input aria-label={t("newplan.band_min")} name="min" inputMode="numeric" value={band.min} aria-invalid={badBand ? "true" : undefined} onInput={(event) => setBand({ ...band, min: event.currentTarget.value })} />
            <span aria-hidden="true">–</span>
            <input aria-label={t("newplan.band_max")} name="max" inputMode="numeric" value={band.max} aria-invalid={badBand ? "true" : undefined} onInput={(event) => setBand({ ...band, max: event.currentTarget.value })} />
          </div>
          {badBand ? <p class="field-error">{t("newplan.band_bad")}</p> : !nested && <p class="hint">{t("newplan.band_hint")}</p>}
        </fieldset>
        {!personKnown.value && (
          <Field id={`${id}-by`} label={t("planner.your_name")} required error={tried && nobody ? t("planner.need_person") : undefined} hint={t("planner.name_hint")}>
            <input id={`${id}-by`} name="by" maxLength={100} autocomplete="name" value={person.value} aria-invalid={tried && nobody ? "true" : undefined} onInput={(event) => (typedPerson.value = event.currentTarget.value)} />
          </Field>
        )}
      </div>
      {failure && (
        <p class="trouble" role="alert">
          {failure.code === "unreachable" ? t("notice.unreachable") : [failure.message, ...failure.errors.map((one) => one.message)].join(" ")}
        </p>
      )}
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={saving}>
          {saving ? t("newplan.making") : t("newplan.make")}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {t("newplan.cancel")}
        </button>
      </div>
    </form>
  );
}
