import { batch } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { applyChanges, loadRule, type Rule } from "../api/rules";
import { cityMoment, dateTime, number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { RuleLink } from "../parts/RuleLink";
import { asApiError } from "../parts/load";
import { NO_CHANGES, changesOf, codeOf, drop, plan, rebased, type Planned } from "../state/change_set";
import { ruleWords, sentence } from "../state/rule_words";
import { changeSet, forgetTrial, fresh, rulesVersion, tab, trial } from "../state/rules_desk";
import { flash } from "../state/store";
import { PlannedWords } from "./ChangeList";

interface Conflict {
  planned: Planned;
  now: Rule | null;
}

interface Props {
  rules: readonly Rule[];
  onClose: (said: string | null) => void;
}

/** The last question before rules change for everybody: with the numbers, the moment, and conflicts shown. */
export function ApplyDialog({ onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [when, setWhen] = useState<"now" | "later">("now");
  const [moment, setMoment] = useState("");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [momentError, setMomentError] = useState(false);
  const [conflicts, setConflicts] = useState<readonly Conflict[]>([]);
  const id = useId();
  const set = changeSet.value;
  const n = set.planned.length;
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const save = async (): Promise<void> => {
    if (saving || n === 0) return;
    const from = when === "later" ? cityMoment(moment) : null;
    setMomentError(when === "later" && from === null);
    if (when === "later" && from === null) return;
    setSaving(true);
    setError(null);
    try {
      const outcome = await applyChanges(changesOf(set), from);
      const said = from === null ? t("apply.done", { n: number(n) }) : t("apply.scheduled", { n: number(n), date: dateTime(outcome.from) });
      batch(() => {
        changeSet.value = NO_CHANGES;
        forgetTrial();
        rulesVersion.value++;
        tab.value = "rules";
        flash.value = said;
      });
      onClose(said);
    } catch (cause) {
      const problem = asApiError(cause);
      setSaving(false);
      if (problem.code === "rule-changed") setConflicts(await found(problem, set.planned));
      else setError(problem);
    }
  };

  const settle = (conflict: Conflict, mine: boolean): void => {
    const code = codeOf(conflict.planned.change);
    const next = mine ? rebased(conflict.planned, conflict.now) : null;
    const without = drop(changeSet.value, code);
    batch(() => {
      changeSet.value = next ? plan(without, next) : without;
      rulesVersion.value++;
    });
    setConflicts((all) => all.filter((one) => one !== conflict));
  };

  return (
    <dialog ref={dialog} class="dialog apply" aria-labelledby={id} onClose={() => onClose(null)}>
      <header class="panel-head">
        <h2 id={id}>{t("apply.title")}</h2>
        <button type="button" class="icon-button" aria-label={t("app.close")} onClick={() => dialog.current?.close()}>
          <Glyph name="close" />
        </button>
      </header>
      <p>{t("apply.intro", { n: number(n) })}</p>
      <Numbers />
      {conflicts.length > 0 && (
        <section class="conflicts" role="alert">
          <p class="trouble">{t("apply.conflict")}</p>
          {conflicts.map((conflict) => (
            <ConflictView key={codeOf(conflict.planned.change)} conflict={conflict} onSettle={(mine) => settle(conflict, mine)} />
          ))}
        </section>
      )}
      {error && <Refusal error={error} planned={set.planned} onLeave={() => dialog.current?.close()} />}
      {conflicts.length === 0 && (
        <>
          <fieldset class="when">
            <legend class="label">{t("apply.when")}</legend>
            {(["now", "later"] as const).map((one) => (
              <label key={one} class="check">
                <input type="radio" name="when" value={one} checked={when === one} onChange={() => setWhen(one)} />
                {t(`apply.${one}`)}
              </label>
            ))}
            {when === "later" && (
              <label class="moment">
                <span class="label">{t("apply.moment")}</span>
                <input
                  type="datetime-local"
                  name="moment"
                  value={moment}
                  aria-invalid={momentError ? "true" : undefined}
                  aria-describedby={momentError ? `${id}-moment` : undefined}
                  onInput={(event) => setMoment(event.currentTarget.value)}
                />
              </label>
            )}
            {momentError && (
              <p class="field-error" id={`${id}-moment`} role="alert">
                {t("apply.need_moment")}
              </p>
            )}
          </fieldset>
          <div class="panel-actions">
            <button type="button" class="button primary" aria-disabled={saving || n === 0} onClick={() => void save()}>
              {saving ? t("apply.doing") : t("apply.do")}
            </button>
            <button type="button" class="button" onClick={() => dialog.current?.close()}>
              {t("apply.cancel")}
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}

/** What the simulation said, or that there was none. */
function Numbers() {
  const result = trial.value?.result;
  if (!result) return <p class="warning">{t("apply.not_tried")}</p>;
  return (
    <>
      <p class="preview">{t("apply.tried", { n: number(result.incidents), move: number(result.move), lose: number(result.lose), gain: number(result.gain) })}</p>
      {!fresh.value && <p class="warning">{t("apply.stale")}</p>}
    </>
  );
}

/** The changes that somebody else was faster with, beside what now holds. */
async function found(problem: ApiError, planned: readonly Planned[]): Promise<Conflict[]> {
  const at = problem.errors.flatMap(({ field }) => /^changes\.(\d+)\./.exec(field)?.[1] ?? []).map(Number);
  return Promise.all(
    at.flatMap((index) => planned[index] ?? []).map(async (one) => {
      const now = await loadRule(codeOf(one.change)).catch(() => null);
      return { planned: one, now };
    }),
  );
}

function ConflictView({ conflict: { planned, now }, onSettle }: { conflict: Conflict; onSettle: (mine: boolean) => void }) {
  const code = codeOf(planned.change);
  const gone = now === null || now.state === "ended";
  return (
    <article class="conflict" data-conflict={code} aria-label={t("rules.rule", { code })}>
      <h3>{t("rules.rule", { code })}</h3>
      <dl class="facts">
        {planned.before && (
          <div>
            <dt>{t("apply.based_on")}</dt>
            <dd>{sentence(ruleWords(planned.before))}</dd>
          </div>
        )}
        <div>
          <dt>{t("apply.theirs")}</dt>
          <dd>
            <strong>{gone ? t("apply.gone") : sentence(ruleWords(now))}</strong>
          </dd>
        </div>
        <div>
          <dt>{t("apply.yours")}</dt>
          <dd>
            <PlannedWords planned={planned} />
          </dd>
        </div>
      </dl>
      <div class="panel-actions">
        <button type="button" class="button" onClick={() => onSettle(true)}>
          {t("apply.keep")}
        </button>
        <button type="button" class="button" onClick={() => onSettle(false)}>
          {t("apply.take")}
        </button>
      </div>
    </article>
  );
}

function Refusal({ error, planned, onLeave }: { error: ApiError; planned: readonly Planned[]; onLeave: () => void }) {
  const plain = error.code === "unreachable" ? t("notice.unreachable") : error.message;
  return (
    <div class="trouble" role="alert">
      <p>{error.errors.length > 0 ? t("apply.refused") : t("apply.failed", { detail: plain })}</p>
      {error.errors.length > 0 && (
        <ul>
          {error.errors.map((one, index) => {
            const change = planned[Number(/^changes\.(\d+)/.exec(one.field)?.[1] ?? -1)];
            return (
              <li key={index} onClick={onLeave}>
                {change && <RuleLink code={codeOf(change.change)} />} {one.message}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
