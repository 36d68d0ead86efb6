import { useEffect, useState } from "preact/hooks";
import type { Rule, Simulation } from "../api/rules";
import { number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { clear, redo, undo } from "../state/change_set";
import { cityMap } from "../state/map";
import { extent } from "../state/moves";
import { SIZES, cancel, changeSet, last, run, running, tab, trouble } from "../state/rules_desk";
import { announcement } from "../state/store";
import { ApplyDialog } from "./ApplyDialog";
import { may } from "../state/session";

/** Shows the map what moves, and says how many. */
function shown(result: Simulation): string {
  const bounds = extent(result.points);
  // Later, when the phone's layout has made room for the map.
  if (bounds) requestAnimationFrame(() => cityMap.value?.fit(bounds));
  return t("result.done", { n: number(result.incidents), move: number(result.move) });
}

/** Always in sight: how many changes there are, back and forth, try them, put them into force. */
export function ChangeBar({ rules }: { rules: readonly Rule[] }) {
  const [applying, setApplying] = useState(false);
  const set = changeSet.value;
  const count = set.planned.length;
  const error = trouble.value;
  return (
    <footer class="change-bar">
      {error && (
        <p class="trouble" role="alert">
          {error.code === "unreachable" ? t("notice.unreachable") : (error.errors[0]?.message ?? error.message)}
        </p>
      )}
      <div class="change-tools">
        <button type="button" class="link" onClick={() => (tab.value = "changes")}>
          {t("changes.count", { n: number(count) })}
        </button>
        <button type="button" class="icon-button" disabled={set.past.length === 0} aria-label={t("changes.undo")} title={`${t("changes.undo")} (Ctrl+Z)`} onClick={() => (changeSet.value = undo(set))}>
          <Glyph name="undo" />
        </button>
        <button type="button" class="icon-button" disabled={set.future.length === 0} aria-label={t("changes.redo")} title={`${t("changes.redo")} (Ctrl+Shift+Z)`} onClick={() => (changeSet.value = redo(set))}>
          <Glyph name="redo" />
        </button>
        {count > 0 && (
          <button type="button" class="link" onClick={() => (changeSet.value = clear(set))}>
            {t("changes.clear")}
          </button>
        )}
      </div>
      <div class="change-tools">
        <label class="try-on">
          <span class="small">{t("changes.last")}</span>
          <select name="last" value={last.value} onChange={(event) => (last.value = Number(event.currentTarget.value))}>
            {SIZES.map((size) => (
              <option key={size} value={size}>
                {t("changes.last_n", { n: number(size) })}
              </option>
            ))}
          </select>
        </label>
        {running.value ? (
          <Running since={running.value.since} />
        ) : (
          <button type="button" class="button" disabled={count === 0} onClick={() => void run(shown)}>
            {t("changes.simulate")}
          </button>
        )}
        {may("rules_write") && (
          <button type="button" class="button primary" disabled={count === 0} onClick={() => setApplying(true)}>
            {t("changes.apply")}
          </button>
        )}
      </div>
      {applying && (
        <ApplyDialog
          rules={rules}
          onClose={(said) => {
            setApplying(false);
            if (said) announcement.value = said;
          }}
        />
      )}
    </footer>
  );
}

function Running({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <span class="running">
      <span class="spinner" aria-hidden="true" />
      <span role="status">{t("changes.running", { s: Math.max(0, Math.floor((now - since) / 1000)) })}</span>
      <button type="button" class="button" onClick={cancel}>
        {t("changes.cancel")}
      </button>
    </span>
  );
}
