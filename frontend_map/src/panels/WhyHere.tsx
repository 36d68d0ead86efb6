import { useEffect } from "preact/hooks";
import { loadRouting } from "../api/routing";
import { date, place } from "../format";
import { say, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { Glyph } from "../parts/Glyph";
import { Panel } from "../parts/Panel";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { announcement, editionDate, selection, shownZones, startReport } from "../state/store";
import { cityMap, moveForSelection } from "../state/map";
import { RoutingView } from "./RoutingView";

interface Props {
  lon: number;
  lat: number;
  category: string | null;
}

/** "Why here": a place, its zones, its department and the reasons. */
export function WhyHere({ lon, lat, category }: Props) {
  const at = editionDate.value;
  const { value, error, loading, again } = useLoad(`${lon} ${lat} ${category} ${at}`, (abort) =>
    loadRouting({ lon, lat, category, at }, abort),
  );

  useEffect(() => {
    moveForSelection((map) => map.reveal([lon, lat]));
  }, [lon, lat, cityMap.value]);
  useEffect(() => {
    if (!value) return;
    shownZones.value = value.zones.flatMap((one) => (one.zone ? [{ layer: one.layer, code: one.zone.code }] : []));
    const grid = value.zones.find((one) => one.kind === "base_grid")?.zone;
    announcement.value = t("why.summary", {
      grid: grid ? say(grid.name) : t("why.outside"),
      org: value.responsible ? say(value.responsible.name) : t("why.no_responsible"),
    });
  }, [value]);
  useEffect(() => () => void (shownZones.value = []), []);

  const grid = value?.zones.find((one) => one.kind === "base_grid")?.zone;
  return (
    <Panel
      side="right"
      kicker={t("why.title")}
      title={grid ? say(grid.name) || grid.code : place(lon, lat)}
      subject={`${lon} ${lat}`}
      onClose={() => (selection.value = null)}
    >
      <div class="panel-actions">
        <p class="where code">
          <Glyph name="pin" size={14} /> {place(lon, lat)}
        </p>
        <button type="button" class="button primary" onClick={() => startReport([lon, lat], category)}>
          <Glyph name="plus" size={16} />
          {t("why.report_here")}
        </button>
      </div>
      {at && <p class="badge">{t("why.at", { date: date(at) })}</p>}
      <CategoryPicker
        label={t("why.category")}
        anyLabel={t("why.category_any")}
        value={category}
        onChange={(key) => (selection.value = { type: "point", lon, lat, category: key })}
      />
      {loading && !value && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {value && (
        <div class={loading ? "is-old" : ""} aria-busy={loading}>
          <RoutingView routing={value} />
        </div>
      )}
    </Panel>
  );
}
