import { loadMeasures } from "../api/plans";
import { number } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { nextProblem, problemAt, showProblem } from "./moves";
import { draft, found, plan } from "./state";
import { zoneLabel } from "./words";

const MOST = 200;

/** Those that only the server can see, after each stored step. */
const SERVERS: ReadonlySet<string> = new Set(["building-cut"]);

/** What stands against the plan; each line leads to the place. */
export function Problems() {
  const all = found.value;
  const here = plan.value;
  const measures = useLoad(here ? `${here.code} ${here.revision}` : null, (abort) => loadMeasures(here!.code, abort));
  const more = measures.value?.problems.filter((one) => SERVERS.has(one.code)) ?? [];
  return (
    <div class="plan-pane scrolls" tabIndex={0} role="group" aria-label={t("desktab.problems")}>
      {all.length === 0 ? (
        more.length === 0 && <p class="empty good">{t("problems.none")}</p>
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
      {more.length > 0 && (
        <>
          <h3>{t("problems.server", { n: number(more.length) })}</h3>
          <ol class="problem-list">
            {more.slice(0, MOST).map((one, at) => (
              <li key={at} data-problem={one.code}>
                <button type="button" onClick={() => one.place && cityMap.value?.reveal(one.place, 16.5)}>
                  <span>{say(one.text)}</span>
                </button>
              </li>
            ))}
          </ol>
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
