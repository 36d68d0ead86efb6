import { useEffect } from "preact/hooks";
import { askZone, type ZoneAnswer } from "../api/department";
import { dateTime, number, percent } from "../format";
import { codeText, say, t } from "../i18n";
import { Trouble } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { Bars } from "../plots/Bars";
import { HourWeek } from "../plots/HourWeek";
import { Trend } from "../plots/Trend";
import { departmentView, pointedZone, shownZones } from "../state/store";
import { AreaField } from "./AreaField";
import { Days, Repeats } from "./Figures";
import { zoneQuestion } from "./query";
import { answer } from "./state";
import { areaText, bucketOf, stepText } from "./words";

/** Any area: what is in it, what happened there. */
export function QueryPart() {
  const { area, days } = departmentView.value;
  const { value, error, loading, again } = useLoad(area ? JSON.stringify([area, days]) : null, (abort) => askZone(zoneQuestion(area!, days), abort));
  useEffect(() => void (answer.value = area ? value : null), [value, area === null]);
  useEffect(
    () => () => {
      answer.value = null;
      shownZones.value = [];
      pointedZone.value = null;
    },
    [],
  );
  return (
    <div class="desk-body query-part" tabIndex={-1}>
      <AreaField />
      <Days />
      {error && <Trouble error={error} again={again} />}
      {area === null && <p class="empty">{t("query.empty")}</p>}
      {loading && (
        <p class="waiting" role="status">
          {t("query.counting")}
        </p>
      )}
      {value && area && <Answer found={value} days={days} old={loading} />}
    </div>
  );
}

function Answer({ found, days, old }: { found: ZoneAnswer; days: number; old: boolean }) {
  const { incidents, facilities, households } = found;
  const bucket = bucketOf(days);
  return (
    <div class={old ? "is-old" : ""} data-answer={incidents.total} aria-busy={old}>
      <dl class="headline-figures">
        <Figure name={t("query.incidents")} value={number(incidents.total)} />
        <Figure name={t("box.open")} value={number(incidents.open)} />
        <Figure name={t("clock.overdue")} value={number(incidents.overdue)} bad={incidents.overdue > 0} />
        <Figure name={t("query.facilities")} value={number(facilities.total)} />
        <Figure name={t("query.households")} value={households.count === null ? t("query.too_few") : `${households.estimated ? "≈ " : ""}${number(households.count)}`} title={households.suppressed ? t("query.suppressed") : households.estimated ? t("query.estimated") : undefined} />
        <Figure name={t("query.area")} value={areaText(found.area_m2)} />
      </dl>
      <p class="small muted">{[t("query.at", { date: dateTime(found.at) }), found.edition ? t("query.edition", { edition: found.edition }) : null].filter(Boolean).join(" · ")}</p>
      <h3>{t("figures.trend")}</h3>
      <Trend label={t("figures.trend")} steps={incidents.trend.map((one) => ({ ...stepText(one.from, bucket), count: one.count }))} />
      <h3>{t("figures.category")}</h3>
      <Bars label={t("figures.category")} rows={incidents.by_category.map((one) => ({ key: one.category.key, name: say(one.category.name), count: one.count }))} />
      <div class="two">
        <section>
          <h3>{t("query.states")}</h3>
          <Bars label={t("query.states")} rows={Object.entries(incidents.by_state).map(([key, count]) => ({ key, name: codeText("state", key), count }))} most={6} />
        </section>
        <section>
          <h3>{t("query.sources")}</h3>
          <Bars label={t("query.sources")} rows={Object.entries(incidents.by_source).map(([key, count]) => ({ key, name: codeText("source", key), count }))} most={6} />
        </section>
      </div>
      {incidents.hours && (
        <>
          <h3>{t("figures.hours")}</h3>
          <HourWeek label={t("figures.hours")} counts={incidents.hours} />
        </>
      )}
      {found.repeat_places && (
        <>
          <h3>{t("figures.repeats")}</h3>
          <Repeats items={found.repeat_places} />
        </>
      )}
      <h3>{t("query.facility_classes")}</h3>
      <Bars label={t("query.facility_classes")} rows={facilities.by_class.map((one) => ({ key: one.class, name: say(one.name), count: one.count }))} most={6} />
      <h3>{t("query.grids", { n: number(found.grids.length) })}</h3>
      <GridTable grids={found.grids} />
    </div>
  );
}

function Figure({ name, value, bad = false, title }: { name: string; value: string; bad?: boolean; title?: string | undefined }) {
  return (
    <div class={bad ? "is-bad" : ""} {...(title ? { title } : {})}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Base grids that the area meets, the ones with most of it first; pointing at a row marks the grid on the map. */
function GridTable({ grids }: { grids: ZoneAnswer["grids"] }) {
  const point = (code: string | null): void => void (pointedZone.value = code === null ? null : { layer: "base_grid", code });
  return (
    <table class="plain-table" aria-label={t("query.grids", { n: grids.length })} onPointerLeave={() => point(null)}>
      <thead>
        <tr>
          <th scope="col">{t("grids.grid")}</th>
          <th scope="col" class="num">
            {t("query.share")}
          </th>
          <th scope="col" class="num">
            {t("query.incidents")}
          </th>
        </tr>
      </thead>
      <tbody>
        {grids.map((one) => (
          <tr key={one.code} tabIndex={0} onPointerEnter={() => point(one.code)} onFocus={() => point(one.code)} onBlur={() => point(null)}>
            <th scope="row">
              {say(one.name)} <span class="small muted code">{one.code}</span>
            </th>
            <td class="num">{percent(one.share)}</td>
            <td class="num">{number(one.incidents)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
