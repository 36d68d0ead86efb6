import { number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { nextProblem, problemAt, showProblem } from "./moves";
import { draft, found } from "./state";
import { zoneLabel } from "./words";

const MOST = 200;

/** What stands against the plan; each line leads to the place. */
export function Problems() {
  const all = found.value;
  return (
    <div class="plan-pane scrolls" tabIndex={0} role="group" aria-label={t("desktab.problems")}>
      {all.length === 0 ? (
        <p class="empty good">{t("problems.none")}</p>
      ) : (
        <>
          <div class="plan-line">
            <p class="small muted">{t("problems.hint")}</p>
            <span class="pair">
              <button type="button" class="icon-button" aria-label={t("problems.previous")} title={`${t("problems.previous")} (Shift+N)`} onClick={() => nextProblem(-1)}>
                <Glyph name="up" />
              </button>
              <button type="button" class="icon-button turned" aria-label={t("problems.next")} title={`${t("problems.next")} (N)`} onClick={() => nextProblem(1)}>
                <Glyph name="up" />
              </button>
            </span>
          </div>
          <ol class="problem-list">
            {all.slice(0, MOST).map((problem, at) => (
              <li key={`${problem.code} ${problem.zone}`} class={at === problemAt.value ? "is-now" : ""} data-problem={problem.code} data-zone={problem.zone}>
                <button type="button" onClick={() => showProblem(at)} aria-current={at === problemAt.value ? "true" : undefined}>
                  <strong>{zoneLabel(draft.value, problem.zone)}</strong>
                  <span>{says(problem.code, problem.weight)}</span>
                </button>
              </li>
            ))}
          </ol>
          {all.length > MOST && <p class="small muted">{t("problems.more", { n: number(all.length - MOST) })}</p>}
        </>
      )}
    </div>
  );
}

function says(code: (typeof found.value)[number]["code"], weight: number): string {
  if (code === "above_band") return t("problem.above_band.by", { n: number(weight) });
  if (code === "below_band") return t("problem.below_band.by", { n: number(weight) });
  if (code === "unassigned") return t("problem.unassigned.by", { n: number(weight) });
  return t(`problem.${code}`);
}
