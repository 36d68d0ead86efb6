import { LEVELS } from "../api/rankings";
import { today } from "../format";
import { codeText, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { Menu } from "../parts/Menu";
import { categories, rankingsView } from "../state/store";
import { say } from "../i18n";
import { PERIODS, dayAfter } from "./periods";
import { answer, setRankings, span } from "./state";

const SOURCES = ["hotline", "app", "grid_worker", "patrol", "video", "sensor", "transfer_110", "department", "import"] as const;

/** What is ranked, of when, of which incidents. */
export function Controls() {
  const view = rankingsView.value;
  const path = answer.value?.path ?? [];
  const lowest = path.at(-1)?.level;
  const levels = LEVELS.filter((one) => view.within === null || lowest === undefined || LEVELS.indexOf(one) > LEVELS.indexOf(lowest) || one === lowest);
  const chosen = categories.value.find((one) => one.key === view.category);
  return (
    <div class="rankings-controls">
      <div class="segments" role="group" aria-label={t("rankings.level")}>
        {levels.map((one) => (
          <button key={one} type="button" class="choice-chip chip" data-level={one} aria-pressed={view.level === one} onClick={() => setRankings({ level: one, zone: null })}>
            {t(`ranked.${one}`)}
          </button>
        ))}
      </div>
      <div class="segments" role="group" aria-label={t("rankings.period")}>
        {PERIODS.map((one) => (
          <button
            key={one}
            type="button"
            class="choice-chip chip"
            data-period={one}
            aria-pressed={view.period === one}
            onClick={() => setRankings(one === "own" ? { period: one, from: view.from ?? span.value.from, until: view.until ?? dayAfter(span.value.to, -1) } : { period: one, from: null, until: null })}
          >
            {t(`period.${one}`)}
          </button>
        ))}
      </div>
      {view.period === "own" && (
        <div class="rankings-own">
          <label class="small">
            {t("rankings.from")} <input type="date" name="from" value={view.from ?? ""} max={view.until ?? today()} onChange={(event) => event.currentTarget.value && setRankings({ from: event.currentTarget.value })} />
          </label>
          <label class="small">
            {t("rankings.until")} <input type="date" name="until" value={view.until ?? ""} min={view.from ?? ""} onChange={(event) => event.currentTarget.value && setRankings({ until: event.currentTarget.value })} />
          </label>
        </div>
      )}
      <div class="segments rankings-filters">
        <Menu name="category" class={view.category ? "chip is-on" : "chip"} label={<span>{chosen ? say(chosen.name) : t("rankings.any_category")}</span>} spoken={`${t("rankings.category")}: ${chosen ? say(chosen.name) : t("rankings.any_category")}`}>
          {(close) => (
            <CategoryPicker
              value={view.category}
              label={t("rankings.category")}
              anyLabel={t("rankings.any_category")}
              subtrees
              onChange={(key) => {
                setRankings({ category: key, list: null });
                close();
              }}
            />
          )}
        </Menu>
        <Menu name="source" class={view.sources.length > 0 ? "chip is-on" : "chip"} label={<span>{sourcesText(view.sources)}</span>} spoken={`${t("rankings.source")}: ${sourcesText(view.sources)}`}>
          {() => (
            <div class="rankings-sources" role="group" aria-label={t("rankings.source")}>
              {SOURCES.map((one) => (
                <label key={one} class="check">
                  <input
                    type="checkbox"
                    name="source"
                    value={one}
                    checked={view.sources.includes(one)}
                    onChange={(event) => setRankings({ sources: event.currentTarget.checked ? [...view.sources, one] : view.sources.filter((each) => each !== one), list: null })}
                  />
                  {codeText("source", one)}
                </label>
              ))}
            </div>
          )}
        </Menu>
        <label class="check small" title={t("rankings.compare_how")}>
          <input type="checkbox" name="compare" checked={view.compare} onChange={(event) => setRankings({ compare: event.currentTarget.checked, list: null })} />
          {t("rankings.compare")}
        </label>
      </div>
    </div>
  );
}

function sourcesText(sources: readonly string[]): string {
  if (sources.length === 0) return t("rankings.any_source");
  return sources.length === 1 ? codeText("source", sources[0]!) : t("rankings.sources_n", { n: sources.length });
}
