import type { DeadlineTrial } from "../api/deadlines";
import { dateTime, number } from "../format";
import { say, t } from "../i18n";

/** What the changes would have meant for past cases. */
export function TrialResult({ trial }: { trial: DeadlineTrial }) {
  return (
    <div class="deadline-trial" role="status" data-late={`${trial.late_now} ${trial.late_then}`}>
      <p>
        {t("deadlines.trial", { cases: number(trial.cases), now: number(trial.late_now), would: number(trial.late_then) })}{" "}
        <span class="small muted">{t("deadlines.trial_moved", { earlier: number(trial.earlier), later: number(trial.later), out: number(trial.left_out) })}</span>
      </p>
      {trial.categories.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("deadlines.category")}</th>
              <th scope="col" class="number">
                {t("deadlines.trial_cases")}
              </th>
              <th scope="col" class="number">
                {t("deadlines.trial_late")}
              </th>
            </tr>
          </thead>
          <tbody>
            {trial.categories.map((one) => (
              <tr key={one.category}>
                <td>{say(one.name)}</td>
                <td class="number">{number(one.cases)}</td>
                <td class="number">
                  {number(one.late_now)} → {number(one.late_then)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {trial.examples.length > 0 && (
        <details class="fold">
          <summary>{t("deadlines.trial_examples", { n: number(trial.examples.length) })}</summary>
          <ul class="small">
            {trial.examples.map((one) => (
              <li key={one.number}>
                {one.number}: {t("deadlines.trial_example", { closed: dateTime(one.closed_at), now: dateTime(one.due_now) || "–", would: dateTime(one.due_then) || "–" })}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
