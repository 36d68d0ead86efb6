import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { city, rankingsView } from "../state/store";
import { LEVELS, type Level } from "../api/rankings";
import { answer, setRankings } from "./state";

const below = (level: Level): Level => LEVELS[Math.min(LEVELS.indexOf(level) + 1, LEVELS.length - 1)]!;

/** From the whole city down to the area that is looked into; each step leads back. */
export function Crumbs() {
  const { within, level } = rankingsView.value;
  const path = answer.value?.path ?? [];
  const here = path.at(-1);
  return (
    <nav class="crumbs" aria-label={t("rankings.path")}>
      <ol>
        <li>
          {within === null ? (
            <span aria-current="location">{say(city.value?.name) || t("rankings.whole")}</span>
          ) : (
            <button type="button" class="link" onClick={() => setRankings({ within: null, level: path.length > 1 ? "street" : level === "grid" ? "community" : level, zone: null, list: null })}>
              {say(city.value?.name) || t("rankings.whole")}
            </button>
          )}
        </li>
        {path.filter((one) => one.level !== "district" || path.length === 1).map((one) => (
          <li key={one.code}>
            <Glyph name="right" size={13} />
            {one.code === here?.code ? (
              <span aria-current="location">{say(one.name)}</span>
            ) : (
              <button type="button" class="link" onClick={() => setRankings({ within: one.code, level: below(one.level), zone: null, list: null })}>
                {say(one.name)}
              </button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
