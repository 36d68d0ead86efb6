import type { Layer } from "../api/types";
import { number } from "../format";
import { say, t, type Key } from "../i18n";
import { CLUSTER } from "../map/palette";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { Panel } from "../parts/Panel";
import { ZoneSwatch } from "../parts/ZoneSwatch";
import { CONTEXT_LAYERS, FIRST_ZOOM, INCIDENTS } from "../state/layers";
import { zonesThen } from "../state/edition";
import * as store from "../state/store";
import { EditionDate } from "./EditionDate";

export function Layers() {
  const layers = store.cityLayers.value;
  const zones = (test: (layer: Layer) => boolean) => layers.filter((layer) => layer.kind !== "context" && test(layer));
  return (
    <Panel side="left" title={t("layers.title")} subject="layers" onClose={() => (store.panel.value = null)}>
      <div class="phone-only">
        <EditionDate />
      </div>
      <Group title={t("layers.regions")}>
        {zones((layer) => layer.kind === "region" || layer.kind === "base_grid").map((layer) => (
          <ZoneSwitch key={layer.code} layer={layer} />
        ))}
      </Group>
      <Group title={t("layers.specialist")}>
        {zones((layer) => layer.kind !== "region" && layer.kind !== "base_grid").map((layer) => (
          <ZoneSwitch key={layer.code} layer={layer} />
        ))}
      </Group>
      <Group title={t("layers.incidents")}>
        <Switch code={INCIDENTS} name={t("layers.incidents_open")} />
        <label class="check indent">
          <input
            type="checkbox"
            checked={store.showsFinished.value}
            onChange={(event) => (store.filter.value = { ...store.filter.value, states: event.currentTarget.checked ? [] : ["open"] })}
          />
          {t("layers.incidents_all")}
        </label>
        <Legend />
      </Group>
      <Group title={t("layers.context")}>
        {CONTEXT_LAYERS.map((code) => (
          <Switch key={code} code={code} name={t(`layers.${code}`)} />
        ))}
      </Group>
      {store.chosenLayers.value && (
        <button type="button" class="button" onClick={() => (store.chosenLayers.value = null)}>
          {t("layers.reset")}
        </button>
      )}
    </Panel>
  );
}

function Group({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <fieldset class="layer-group">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

function ZoneSwitch({ layer }: { layer: Layer }) {
  const zones = store.editionDate.value ? zonesThen.value.get(layer.code) : layer.zones;
  return <Switch code={layer.code} name={say(layer.name)} detail={zones === undefined ? null : t("layers.count", { n: number(zones) })} swatch />;
}

function Switch({ code, name, detail, swatch }: { code: string; name: string; detail?: string | null; swatch?: boolean }) {
  const on = store.visibleLayers.value.has(code);
  const tooFar = on && (store.camera.value?.zoom ?? 99) < (FIRST_ZOOM[code] ?? 0);
  return (
    <label class="check layer">
      <input type="checkbox" checked={on} data-layer={code} onChange={() => store.toggleLayer(code)} />
      {swatch && <ZoneSwatch layer={code} />}
      <span class="layer-name">{name}</span>
      <span class="muted small">{tooFar ? t("layers.zoom_hint") : detail}</span>
    </label>
  );
}

const STATES: readonly [string, Key][] = [
  ["reported", "legend.new"],
  ["handling", "legend.handling"],
  ["checked", "legend.checking"],
  ["closed", "legend.closed"],
  ["cancelled", "legend.void"],
];

function Legend() {
  return (
    <ul class="legend" aria-label={t("legend.title")}>
      <li>
        <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
          <circle cx="13" cy="13" r="12" fill={CLUSTER.rest} />
          <path d="M13 13V1A12 12 0 0 1 25 13z" fill={CLUSTER.urgent} />
          <circle cx="13" cy="13" r="9" fill={CLUSTER.fill} stroke="#fff" />
        </svg>
        {t("legend.cluster")}
      </li>
      {STATES.slice(0, store.showsFinished.value ? 5 : 3).map(([state, key]) => (
        <li key={state}>
          <IncidentSymbol state={state} urgency="normal" />
          {t(key as "legend.new")}
        </li>
      ))}
      <li>
        <IncidentSymbol state="reported" urgency="urgent" />
        {t("legend.urgent")}
      </li>
    </ul>
  );
}
