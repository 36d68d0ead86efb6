import { loadRule } from "../api/rules";
import { dateTime } from "../format";
import { codeText, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { useLoad } from "../parts/load";
import { ruleWords, sentence } from "../state/rule_words";

/** The rule's versions, newest first, and who changed it when. */
export function RuleHistory({ code }: { code: string }) {
  const { value } = useLoad(code, (abort) => loadRule(code, abort));
  if (!value) return null;
  return (
    <details class="fold">
      <summary>
        <Glyph name="right" size={14} />
        {t("rule.versions")} ({value.versions.length})
      </summary>
      <ol class="history">
        {value.versions.map((one) => (
          <li key={one.version}>
            <time dateTime={one.valid_from}>{dateTime(one.valid_from)}</time>
            {one.valid_to && <span class="muted"> – {dateTime(one.valid_to)}</span>} {sentence(ruleWords(one))}
            {one.version === value.version && <span class="badge plain">{t("rule.versions_now")}</span>}
          </li>
        ))}
      </ol>
      {value.history.length > 0 && (
        <>
          <h3>{t("rule.history")}</h3>
          <ol class="history">
            {value.history.map((one) => (
              <li key={one.seq}>
                <time dateTime={one.at}>{dateTime(one.at)}</time> <span class="muted">{codeText("actor", one.actor)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </details>
  );
}
