import { impactAddress, loadImpact, type GridRef, type Impact as Report, type Plan } from "../api/plans";
import { dateTime, number, percent } from "../format";
import { lang, say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { deskTab, totals } from "./state";
import { codeEnd } from "./words";

const BEFORE: ReadonlySet<Plan["state"]> = new Set(["draft", "submitted", "approved", "scheduled"]);
const KEPT: ReadonlySet<Plan["state"]> = new Set(["published", "superseded", "rolled_back"]);
const MOST = 40;

/** What publishing would mean; the whole report is a page of its own, to be printed. */
export function Impact({ plan }: { plan: Plan }) {
  // Of a plan in force: what its approval rested on.
  const asked = (BEFORE.has(plan.state) && totals.value.movedUnits > 0) || KEPT.has(plan.state);
  const impact = useLoad(asked ? `${plan.code} ${plan.revision}` : null, (abort) => loadImpact(plan.code, abort));
  return (
    <section class="impact" aria-label={t("impact.title")}>
      <h3>{t("impact.title")}</h3>
      {!asked && BEFORE.has(plan.state) && <p class="empty">{t("impact.none")}</p>}
      {!asked && !BEFORE.has(plan.state) && <Over />}
      {impact.loading && !impact.value && <Waiting />}
      {impact.error && (KEPT.has(plan.state) && impact.error.code === "plan-refused" ? <Over /> : <Trouble error={impact.error} again={impact.again} />)}
      {impact.value && KEPT.has(plan.state) && <p class="small muted">{t("impact.as_approved", { at: dateTime(impact.value.at) })}</p>}
      {asked && impact.value && (
        <>
          <p class="small exports">
            <a href={impactAddress(plan.code, "html", lang.value)} target="_blank" rel="noreferrer">
              {t("impact.print")}
            </a>
            <a href={impactAddress(plan.code, "csv", lang.value)} download>
              {t("impact.csv")}
            </a>
          </p>
          <Figures report={impact.value} />
        </>
      )}
    </section>
  );
}

/** Nothing lies ahead, and no report was kept: what changed is seen by comparing. */
function Over() {
  return (
    <p class="empty">
      {t("impact.over")}{" "}
      <button type="button" class="link" onClick={() => (deskTab.value = "compare")}>
        {t("impact.compare")}
      </button>
    </p>
  );
}

const SUMS = ["grids", "begun", "ended", "households", "residents", "open_incidents", "incidents_year", "facilities", "patrol_points", "posts"] as const;

const FLOWS = ["households", "residents", "open_incidents", "incidents_year", "facilities", "posts"] as const;

const gridName = (grid: GridRef): string => `${codeEnd(grid.code)} ${say(grid.name)}`.trimStart();

function Figures({ report }: { report: Report }) {
  return (
    <>
      {report.faults.length > 0 && (
        <div class="warning">
          <p>{t("impact.faults", { n: report.faults.length })}</p>
          <ul>
            {report.faults.map((fault, at) => (
              <li key={at}>{say(fault.text)}</li>
            ))}
          </ul>
        </div>
      )}
      <dl class="card-facts">
        {SUMS.map((key) => (
          <div key={key}>
            <dt>{t(`impact.sum.${key}`)}</dt>
            <dd>{number(report.totals[key])}</dd>
          </div>
        ))}
      </dl>
      <h4>{t("impact.flows")}</h4>
      <div class="table-box">
        <table class="table small">
          <thead>
            <tr>
              <th scope="col">{t("impact.from_to")}</th>
              {FLOWS.map((key) => (
                <th key={key} scope="col" class="number">
                  {t(`impact.flow.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.flows.slice(0, MOST).map((flow, at) => (
              <tr key={at}>
                <th scope="row">
                  {gridName(flow.source)} → {gridName(flow.target)}
                </th>
                {FLOWS.map((key) => (
                  <td key={key} class="number">
                    {number(flow[key])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.flows.length > MOST && <p class="small muted">{t("problems.more", { n: number(report.flows.length - MOST) })}</p>}
      <details class="fold">
        <summary>{t("impact.grids", { n: number(report.grids.length) })}</summary>
        <table class="table small">
          <thead>
            <tr>
              <th scope="col">{t("column.grid")}</th>
              <th scope="col" class="number">
                {t("impact.before")}
              </th>
              <th scope="col" class="number">
                {t("impact.after")}
              </th>
            </tr>
          </thead>
          <tbody>
            {report.grids.slice(0, MOST).map((row, at) => (
              <tr key={at}>
                <th scope="row">
                  {gridName(row.grid)} {row.change !== "changed" && <span class="badge">{t(row.change === "begun" ? "impact.begun" : "impact.ended")}</span>}
                </th>
                <td class="number">{number(row.households_before)}</td>
                <td class="number">{number(row.households_after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {report.overlaps.map((layer) => (
        <details key={layer.layer} class="fold">
          <summary>{t("impact.overlap", { layer: say(layer.name), n: number(layer.rows.length) })}</summary>
          <ul class="small">
            {layer.rows.slice(0, MOST).map((row, at) => (
              <li key={at}>
                {gridName(row.grid)}: {say(row.zone_name)} {percent(row.household_share ?? row.area_share)}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}
