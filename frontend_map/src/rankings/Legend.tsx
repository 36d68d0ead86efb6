import type { RankingAnswer } from "../api/rankings";
import { number } from "../format";
import { say, t } from "../i18n";
import { rankingsView } from "../state/store";
import type { Class } from "./classes";
import { changeOf, leastFirst, valueOf } from "./figures";
import { classes, pointed, setRankings, shownOf, showsChange, told, toldChange } from "./state";

/** What the colours mean, how many zones have each, and the zone under the pointer. */
export function Legend({ answer }: { answer: RankingAnswer }) {
  const { measure, shows } = rankingsView.value;
  const rows = answer.rows.filter((row) => !row.ended);
  const empty = rows.filter((row) => shownOf(row) === null).length;
  const here = answer.rows.find((row) => row.zone?.code === pointed.value);
  const change = here ? changeOf(here, measure) : null;
  return (
    <aside class="ranking-legend" aria-label={t("legend.title")}>
      <p class="legend-name">
        <strong>{t(`measure.${measure}`)}</strong>
        {leastFirst(measure) && !showsChange.value && <span class="small muted"> {t("legend.least_first")}</span>}
      </p>
      {answer.compared_with && (
        <div class="segments" role="group" aria-label={t("legend.shows")}>
          {(["value", "change"] as const).map((one) => (
            <button key={one} type="button" class="choice-chip chip" data-shows={one} aria-pressed={shows === one} onClick={() => setRankings({ shows: one })}>
              {t(`legend.${one}`)}
            </button>
          ))}
        </div>
      )}
      <ul>
        {classes.value.toReversed().map((one) => (
          <li key={one.from} class={here && contains(one, shownOf(here), classes.value) ? "is-here" : ""}>
            <span class="swatch" style={{ background: one.colour }} aria-hidden="true" />
            <span>{bounds(one, measure)}</span>
            <span class="small muted">{t("legend.zones", { n: number(one.count) })}</span>
          </li>
        ))}
        {empty > 0 && (
          <li>
            <span class="swatch is-empty" aria-hidden="true" />
            <span>{t("legend.no_data")}</span>
            <span class="small muted">{t("legend.zones", { n: number(empty) })}</span>
          </li>
        )}
      </ul>
      {/* Always there, so that the legend does not jump under the pointer. */}
      <p class="legend-here small" aria-hidden="true">
        {here ? `${say(here.zone!.name)} ${told(measure, valueOf(here, measure))}${change === null ? "" : ` · ${toldChange(measure, change)}`}` : t("legend.point")}
      </p>
    </aside>
  );
}

function contains(one: Class, value: number | null, all: readonly Class[]): boolean {
  return value !== null && all.findLast((each) => value >= each.from) === one;
}

export function bounds(one: Class, measure: string): string {
  const put = (value: number): string => (showsChange.value ? toldChange(measure, value) : told(measure, value));
  if (one.from === -Infinity) return t("legend.below", { to: put(one.to) });
  if (one.to === Infinity) return t("legend.above", { from: put(one.from) });
  if (put(one.from) === put(one.to)) return t("legend.same", { from: put(one.from) });
  return t("legend.between", { from: put(one.from), to: put(one.to) });
}
