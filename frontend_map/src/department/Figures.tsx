import { loadCategoryTrend, loadHours, loadRepeats, loadTrend, type RepeatPlace } from "../api/department";
import type { LonLat } from "../api/types";
import * as desk from "../dispatch/state";
import { dateTime, number } from "../format";
import { say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { Bars } from "../plots/Bars";
import { HourWeek } from "../plots/HourWeek";
import { Trend } from "../plots/Trend";
import { cityMap } from "../state/map";
import { departmentView } from "../state/store";
import { SPANS, type Span } from "./address";
import { setView, toPart } from "./parts";
import { useShown } from "./shown";
import { scopeQuery } from "./state";
import { bucketOf, stepText, withDone } from "./words";
import { daysAgo } from "../format";

/** How it goes: over time, by matter, by hour of the week, and where it happens again and again. */
export function Figures() {
  const { days } = departmentView.value;
  const bucket = bucketOf(days);
  const query = { ...scopeQuery.value, from: daysAgo(days - 1) };
  const key = JSON.stringify([query, bucket]);
  const trend = useLoad(`trend ${key}`, (abort) => loadTrend({ ...query, bucket, done: withDone(days) }, abort));
  const matters = useLoad(`matters ${key}`, (abort) => loadCategoryTrend(query, abort));
  const hours = useLoad(`hours ${key}`, (abort) => loadHours(query, abort));
  const repeats = useLoad(`repeats ${key}`, (abort) => loadRepeats({ ...query, least: 3 }, abort));
  return (
    <div class="desk-body figures-part" tabIndex={-1}>
      <Days />
      <section>
        <h3>{t("figures.trend")}</h3>
        {trend.error && <Trouble error={trend.error} again={trend.again} />}
        {!trend.value && !trend.error && <Waiting />}
        {trend.value && <Trend label={t("figures.trend")} steps={trend.value.items.map((one) => ({ ...stepText(one.from, bucket), count: one.count, late: one.overdue, ...(typeof one.closed === "number" ? { done: one.closed } : {}) }))} />}
      </section>
      <section>
        <h3>{t("figures.category")}</h3>
        {matters.error && <Trouble error={matters.error} again={matters.again} />}
        {!matters.value && !matters.error && <Waiting />}
        {matters.value && (
          <Bars
            label={t("figures.category")}
            rows={matters.value.items.map((one) => ({ key: one.category.key, name: say(one.category.name), count: one.count, late: one.overdue, before: one.before }))}
            onOpen={(category) => {
              desk.setFilter({ category });
              toPart("incidents");
            }}
            openTitle={(name) => t("figures.open_list", { name })}
          />
        )}
      </section>
      <section>
        <h3>{t("figures.hours")}</h3>
        {hours.error && <Trouble error={hours.error} again={hours.again} />}
        {!hours.value && !hours.error && <Waiting />}
        {hours.value && <HourWeek label={t("figures.hours")} counts={hours.value.counts} />}
      </section>
      <section>
        <h3>{t("figures.repeats")}</h3>
        {repeats.error && <Trouble error={repeats.error} again={repeats.again} />}
        {!repeats.value && !repeats.error && <Waiting />}
        {repeats.value && <Repeats items={repeats.value.items} />}
      </section>
    </div>
  );
}

export function Days() {
  const { days } = departmentView.value;
  return (
    <div class="part-ways">
      <div class="segments" role="group" aria-label={t("time.span_label")}>
        {SPANS.map((one: Span) => (
          <button key={one} type="button" class="choice-chip chip" aria-pressed={days === one} onClick={() => setView({ days: one })}>
            {one === 365 ? t("figures.year") : t("time.span", { n: one })}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Places where the same matter came up again and again. */
export function Repeats({ items }: { items: readonly RepeatPlace[] }) {
  const keyOf = (one: RepeatPlace): string => one.numbers[0] ?? one.place.coordinates.join();
  const pressed = useShown(
    items.map((one) => ({ type: "Feature" as const, properties: { key: keyOf(one), kind: "repeat", count: one.count, late: one.open }, geometry: one.place })),
    items,
  );
  if (items.length === 0) return <p class="muted small">{t("figures.no_repeats")}</p>;
  return (
    <ol class="repeats">
      {items.map((one) => (
        <li key={keyOf(one)} data-key={keyOf(one)} {...pressed.row(keyOf(one))}>
          <strong class="repeat-count">{t("figures.times", { n: number(one.count) })}</strong>
          <div>
            <button type="button" class="link" onClick={() => cityMap.value?.reveal(one.place.coordinates as LonLat, 17)}>
              {one.address ?? (one.base_grid ? say(one.base_grid.name) : one.place.coordinates.map((part) => part.toFixed(5)).join(", "))}
            </button>
            <p class="small muted">
              {[say(one.category.name), one.base_grid && one.address ? say(one.base_grid.name) : null, t("figures.last", { date: dateTime(one.last) }), one.open > 0 ? t("figures.still_open", { n: number(one.open) }) : null].filter(Boolean).join(" · ")}
            </p>
            <p class="small repeat-numbers">
              {one.numbers.slice(0, 4).map((each) => (
                <button key={each} type="button" class="link code" onClick={() => desk.openIncident(each)}>
                  {each}
                </button>
              ))}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
