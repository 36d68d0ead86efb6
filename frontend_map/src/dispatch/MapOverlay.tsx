import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { CLOCK } from "../map/palette";
import { Glyph } from "../parts/Glyph";
import { cityMap } from "../state/map";
import { deskView, mapState } from "../state/store";
import { ClockSign } from "./ClockMark";
import * as desk from "./state";
import { Timeline } from "./Timeline";

/** What lies over the desk's map: ways of drawing, legend, time. The map itself is drawn elsewhere. */
export function MapOverlay({ bare = false }: { bare?: boolean }) {
  const city = cityMap.value;
  useEffect(() => {
    if (!city) return;
    let gone = false;
    let end: (() => void) | undefined;
    void import("../map/dispatch").then(({ attachDispatch }) => {
      if (!gone) end = attachDispatch(city);
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [city]);
  if (mapState.value === "absent" || bare) return null;
  const { heat, timeline } = deskView.value;
  return (
    <div class="map-overlay">
      <div class="map-ways" role="group" aria-label={t("desk.map_ways")} data-covers="top">
        <button type="button" class="bar-button" aria-pressed={heat} title={`${t("desk.heat")} (H)`} onClick={() => desk.setDesk({ heat: !heat })}>
          <Glyph name="target" size={15} />
          {t("desk.heat")}
        </button>
        <button type="button" class="bar-button" aria-pressed={timeline} title={`${t("desk.timeline")} (T)`} onClick={() => desk.setDesk({ timeline: !timeline })}>
          <Glyph name="calendar" size={15} />
          {t("desk.timeline")}
        </button>
      </div>
      <Legend heat={heat} />
      {timeline && <Timeline />}
    </div>
  );
}

function Legend({ heat }: { heat: boolean }) {
  return (
    <ul class="desk-legend small" aria-label={t("legend.title")}>
      {!heat && (
        <li>
          <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <circle cx="11" cy="11" r="8" fill="#2f6076" stroke="#b9cfd8" stroke-width="3.5" />
            <path d="M11 1.8A9.2 9.2 0 0 1 19.6 14.2" fill="none" stroke={CLOCK.overdue} stroke-width="4" />
            <path d="M18.7 14.8A8.4 8.4 0 0 1 12.6 19.2" fill="none" stroke={CLOCK.due_soon} stroke-width="3.5" />
          </svg>
          {t("desk.legend_ring")}
        </li>
      )}
      {heat && (
        <li>
          <span class="heat-ramp" aria-hidden="true" />
          {t("desk.legend_heat")}
        </li>
      )}
      {!heat && (
        <>
          <li class="clock is-overdue">
            <ClockSign state="overdue" />
            {t("clock.overdue")}
          </li>
          <li class="clock is-due_soon">
            <ClockSign state="due_soon" />
            {t("clock.due_soon")}
          </li>
        </>
      )}
    </ul>
  );
}
