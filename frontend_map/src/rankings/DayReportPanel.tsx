import type { ComponentChildren } from "preact";
import { loadDayReport, type DayReport } from "../api/rankings";
import { number, percent, today } from "../format";
import { codeText, locale, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Panel } from "../parts/Panel";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { TIME_ZONE } from "../format";
import { dayAfter } from "./periods";
import { setRankings } from "./state";

const clock = (iso: string): string => new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(iso));

/** The eight parts of a grid's day (定格 to 定论), and what they rest on. */
export function DayReportPanel({ grid, day }: { grid: string; day: string }) {
  const { value, error, loading, again } = useLoad(`${grid} ${day}`, (abort) => loadDayReport(grid, day, abort));
  const to = (next: string): void => setRankings({ report: { grid, day: next } });
  const report = value?.grid.code === grid ? value : null;
  return (
    <Panel side="right" kicker={t("day.title")} title={report ? say(report.grid.name) : grid} subject={grid} id="day-report" onClose={() => setRankings({ report: null })}>
      <div class="day-picker">
        <button type="button" class="icon-button" aria-label={t("day.before")} title={t("day.before")} onClick={() => to(dayAfter(day, -1))}>
          <Glyph name="left" size={16} />
        </button>
        <input type="date" aria-label={t("day.day")} value={day} max={today()} onChange={(event) => event.currentTarget.value && to(event.currentTarget.value)} />
        <button type="button" class="icon-button" aria-label={t("day.after")} title={t("day.after")} disabled={day >= today()} onClick={() => to(dayAfter(day))}>
          <Glyph name="right" size={16} />
        </button>
      </div>
      {loading && !report && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {report && <Parts report={report} />}
    </Panel>
  );
}

function Part({ name, children }: { name: "grid" | "person" | "duty" | "route" | "time" | "quality" | "quantity" | "verdict"; children: ComponentChildren }) {
  return (
    <>
      <dt>{t(`day.${name}`)}</dt>
      <dd data-part={name}>{children}</dd>
    </>
  );
}

function Parts({ report }: { report: DayReport }) {
  const { quantity, quality, judgement, time } = report;
  return (
    <>
      <p class={`verdict is-${judgement.verdict}`}>
        <strong>{t(`verdict.${judgement.verdict}`)}</strong>
        {judgement.reasons.length > 0 && <span class="small"> {judgement.reasons.map((one) => say(one)).join(t("app.comma"))}</span>}
      </p>
      <dl class="day-parts">
        <Part name="grid">
          {say(report.grid.name)} <span class="small muted">{report.community && say(report.community.name)} {report.grid.code}</span>
        </Part>
        <Part name="person">
          {report.persons.length === 0 && t("day.no_posts")}
          <ul>
            {report.persons.map((one, index) => (
              <li key={index}>
                {one.person ?? <em>{t("day.vacant")}</em>} <span class="small muted">{codeText("post", one.kind)}{one.organisation ? ` · ${say(one.organisation.name)}` : ""}</span>
              </li>
            ))}
          </ul>
        </Part>
        <Part name="duty">
          {report.tasks.length === 0 && t("day.no_tasks")}
          <ul>
            {report.tasks.map((one) => (
              <li key={one.code}>
                {say(one.title)} <span class="small muted">{one.state === "done" ? t("day.task_done") : t("day.task_waiting", { due: clock(one.due_at) })}</span>
              </li>
            ))}
          </ul>
        </Part>
        <Part name="route">
          {report.route.length === 0 ? t("day.no_points") : t("day.points", { seen: number(quantity.points_seen), all: number(quantity.points) })}
          <ul>
            {report.route.map((one) => (
              <li key={one.code}>
                {say(one.name)} <span class="small muted">{one.seen_at ? t("day.seen", { at: clock(one.seen_at) }) : t("day.unseen")}</span>
              </li>
            ))}
          </ul>
        </Part>
        <Part name="time">
          {report.persons.flatMap((one) => one.duties).length === 0 ? t("day.no_roster") : report.persons.flatMap((one) => one.duties.map((duty) => t("day.roster", { from: clock(duty.begins_at), to: clock(duty.ends_at) }))).join(t("app.comma"))}
          <br />
          {time.first_at && time.last_at ? t("day.work", { first: clock(time.first_at), last: clock(time.last_at) }) : t("day.no_work")}
        </Part>
        <Part name="quality">
          {quality.effective_rate === null ? (
            t("day.no_quality")
          ) : (
            <>
              {t("day.effective", { n: number(quality.effective), all: number(quantity.reports), rate: percent(quality.effective_rate) })}
              <br />
              {t("day.redone", { n: number(quality.reworked), photos: number(quality.with_photo) })}
            </>
          )}
        </Part>
        <Part name="quantity">
          {t("day.reports", { n: number(quantity.reports), own: number(quantity.self_handled), up: number(quantity.escalated) })}
          <br />
          {t("day.tasks_done", { done: number(quantity.tasks_done), all: number(quantity.tasks) })}
        </Part>
        <Part name="verdict">{t(`verdict.${judgement.verdict}`)}</Part>
      </dl>
      {report.reports.length > 0 && (
        <>
          <h3 class="small">{t("day.list")}</h3>
          <ul class="counted">
            {report.reports.map((one) => (
              <li key={one.number}>
                <span>{clock(one.reported_at)} {say(one.category)}</span> <span class="badge">{codeText("state", one.state)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <details class="day-rests">
        <summary>{t("day.rests")}</summary>
        <ul class="small muted">
          {report.rests_on.map((one) => (
            <li key={one.zh}>{say(one)}</li>
          ))}
        </ul>
      </details>
    </>
  );
}
