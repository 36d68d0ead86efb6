import { useId } from "preact/hooks";
import { findZones, loadZone } from "../api/zones";
import type { Text } from "../api/types";
import { say, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { cityMap } from "../state/map";
import { cityLayers, shownZones } from "../state/store";

/** Draws one zone strongly, or none. */
export function showZone(layer: string | null, zone: string | null): void {
  shownZones.value = layer && zone ? [{ layer, code: zone }] : [];
}

interface Props {
  layer: string | null;
  zone: string | null;
  zoneName: Text | null;
  onChange: (layer: string | null, zone: string | null, name: Text | null) => void;
}

/** Where a rule holds: anywhere, in each zone of a layer, or in one of them. */
export function ZoneField({ layer, zone, zoneName, onChange }: Props) {
  const id = useId();
  const layers = cityLayers.value.filter((one) => one.kind !== "context" || one.code === layer);
  const fly = async (): Promise<void> => {
    if (!layer || !zone) return;
    try {
      cityMap.value?.fit((await loadZone(layer, zone, null)).bounds);
    } catch (cause) {
      console.warn("zone:", cause);
    }
  };
  return (
    <div class="columns">
      <div class="field">
        <label class="label" for={id}>
          {t("rule.layer")}
        </label>
        <select id={id} name="layer" value={layer ?? ""} onChange={(event) => onChange(event.currentTarget.value || null, null, null)}>
          <option value="">{t("rule.layer_none")}</option>
          {layers.map((one) => (
            <option key={one.code} value={one.code}>
              {say(one.name)}
            </option>
          ))}
        </select>
      </div>
      {layer && (
        <div class="field">
          {zone ? (
            <>
              <span class="label">{t("rule.zone")}</span>
              <p class="chosen">
                <strong>{say(zoneName) || zone}</strong> <span class="code">{zone}</span>{" "}
                <button type="button" class="link" onClick={() => void fly()}>
                  {t("rule.show_zone")}
                </button>{" "}
                <button type="button" class="link" onClick={() => onChange(layer, null, null)}>
                  {t("app.clear")}
                </button>
              </p>
            </>
          ) : (
            <Combo
              key={layer}
              label={t("rule.zone")}
              labelled
              name="zone"
              open
              placeholder={t("rule.zone_any")}
              none={t("rule.zone_none")}
              find={async (text, abort) =>
                (await findZones(layer, text, abort)).map((one) => ({ key: one.code, label: say(one.name) || one.code, detail: one.code, value: one }))
              }
              onTake={(one) => {
                onChange(layer, one.code, one.name);
                cityMap.value?.fit(one.bounds);
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}
