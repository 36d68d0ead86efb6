import { useEffect, useId, useState } from "preact/hooks";
import type { SearchHit, ZoneSummary } from "../api/types";
import { loadZone } from "../api/zones";
import { Drawing } from "../dispatch/NewTaskForm";
import { corners, drawn } from "../dispatch/tasks";
import * as desk from "../dispatch/state";
import { say, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { Glyph } from "../parts/Glyph";
import { NumberInput } from "../parts/NumberInput";
import { cityMap } from "../state/map";
import { departmentView, layerName, mapState } from "../state/store";
import { BUFFERS, type Area } from "./address";
import { hitOptions, zoneOptions } from "./finders";
import { setView } from "./parts";
import { ask, askDrawn, toggleZone } from "./query";
import { areaWay, nameZone, zoneNames } from "./state";

const WAYS = ["polygon", "zones", "road", "facility"] as const satisfies readonly Area["kind"][];

/** Names of roads and facilities that were chosen here; a link tells only their code. */
const chosenNames = new Map<string, string>();

/** The area asked about: drawn, by zones, or along a road or around a facility. */
export function AreaField() {
  const { area } = departmentView.value;
  const shown = areaWay.value;
  // What was asked from a link or from another table says how it was named.
  useEffect(() => {
    if (area) areaWay.value = area.kind;
  }, [area?.kind]);
  return (
    <div class="area-field">
      <div class="segments" role="group" aria-label={t("query.way")}>
        {WAYS.filter((one) => one !== "polygon" || mapState.value !== "absent").map((one) => (
          <button key={one} type="button" class="choice-chip chip" data-way={one} aria-pressed={shown === one} onClick={() => (areaWay.value = one)}>
            {t(`query.way.${one}`)}
          </button>
        ))}
      </div>
      {shown === "polygon" && <Polygon area={area} />}
      {shown === "zones" && <Zones area={area} />}
      {(shown === "road" || shown === "facility") && <Around key={shown} kind={shown} area={area} />}
    </div>
  );
}

function Polygon({ area }: { area: Area | null }) {
  const ready = drawn.value !== null && !desk.drawing.value;
  const asked = area?.kind === "polygon";
  return (
    <div class="area-way">
      {asked && corners.value.length === 0 && !desk.drawing.value ? <p class="small">{t("tasks.drawn", { n: area.corners.length })}</p> : null}
      <Drawing />
      {ready && (
        <button type="button" class="button primary" data-ask="polygon" onClick={askDrawn}>
          {t("query.do")}
        </button>
      )}
    </div>
  );
}

function Zones({ area }: { area: Area | null }) {
  const zones = area?.kind === "zones" ? area.zones : [];
  useZoneNames(zones);
  return (
    <div class="area-way">
      {zones.length > 0 && (
        <ul class="chips">
          {zones.map((one) => {
            const name = zoneNames.value[`${one.layer}/${one.code}`] ?? one.code;
            return (
              <li key={one.layer + one.code}>
                <button type="button" class="chip" aria-label={t("step.drop", { name })} title={say(layerName(one.layer))} onClick={() => toggleZone(one)}>
                  {name}
                  <Glyph name="close" size={12} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <Combo<ZoneSummary>
        label={t("query.zone_find")}
        name="query-zone"
        none={t("tasks.zone_none")}
        find={zoneOptions}
        onTake={(zone) => {
          nameZone(zone.layer, zone.code, say(zone.name));
          cityMap.value?.fit(zone.bounds);
          if (!zones.some((one) => one.layer === zone.layer && one.code === zone.code)) toggleZone(zone);
        }}
      />
      {mapState.value !== "absent" && <p class="hint">{t("query.zone_click")}</p>}
    </div>
  );
}

/** A link names zones by their codes alone. */
function useZoneNames(zones: readonly { layer: string; code: string }[]): void {
  const unknown = zones.filter((one) => zoneNames.value[`${one.layer}/${one.code}`] === undefined);
  useEffect(() => {
    const abort = new AbortController();
    for (const one of unknown)
      loadZone(one.layer, one.code, null, abort.signal)
        .then((zone) => nameZone(one.layer, one.code, say(zone.name) || one.code))
        .catch((cause: unknown) => !abort.signal.aborted && console.warn("zone:", cause));
    return () => abort.abort();
  }, [unknown.map((one) => `${one.layer}/${one.code}`).join()]);
}

function Around({ kind, area }: { kind: "road" | "facility"; area: Area | null }) {
  const id = useId();
  const chosen = area?.kind === kind ? area : null;
  const [metres, setMetres] = useState<number>(chosen?.metres ?? BUFFERS[kind]);
  const code = chosen === null ? null : chosen.kind === "road" ? chosen.id : chosen.code;
  const make = (which: string, size: number): Area => (kind === "road" ? { kind, id: which, metres: size } : { kind, code: which, metres: size });
  return (
    <div class="area-way">
      {code !== null && (
        <p class="chosen">
          <strong>{chosenNames.get(`${kind} ${code}`) ?? code}</strong>{" "}
          <button type="button" class="link small" onClick={() => setView({ area: null })}>
            {t("report.category_change")}
          </button>
        </p>
      )}
      {code === null && (
        <Combo<SearchHit>
          label={t(`query.${kind}_find`)}
          name={`query-${kind}`}
          none={t(`query.${kind}_none`)}
          find={(text, abort) => hitOptions(kind, text, abort)}
          onTake={(hit) => {
            chosenNames.set(`${kind} ${hit.code}`, say(hit.label));
            ask(make(hit.code, metres));
          }}
        />
      )}
      <label class="buffer small" for={`${id}-metres`}>
        {t("query.buffer")}{" "}
        <NumberInput
          id={`${id}-metres`}
          name="buffer"
          value={metres}
          onTake={(typed) => {
            const size = Math.min(BUFFERS.most, Math.max(BUFFERS.least, typed));
            setMetres(size);
            if (code !== null) ask(make(code, size));
          }}
        />{" "}
        {t("query.metres")}
      </label>
    </div>
  );
}
