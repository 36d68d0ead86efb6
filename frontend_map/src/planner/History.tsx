import { loadSteps } from "../api/plans";
import { dateTime } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { draft, editable, plan } from "./state";
import { back } from "./sync";
import { stepWords } from "./words";

/** Every step, the newest first; the way back and forth. */
export function History() {
  const here = plan.value;
  const steps = useLoad(here ? `${here.code} ${here.revision}` : null, (abort) => loadSteps(here!.code, abort));
  const items = steps.value?.items ?? null;
  if (!here) return null;
  return (
    <div class="plan-pane scrolls" tabIndex={0} role="group" aria-label={t("desktab.history")}>
      {editable.value && (
        <div class="plan-line">
          <span class="pair">
            <button type="button" class="button" disabled={!here.undo} onClick={() => back("undo")}>
              <Glyph name="undo" />
              {t("changes.undo")}
            </button>
            <button type="button" class="button" disabled={!here.redo} onClick={() => back("redo")}>
              <Glyph name="redo" />
              {t("changes.redo")}
            </button>
          </span>
        </div>
      )}
      {steps.error && <Trouble error={steps.error} again={steps.again} />}
      {!items && steps.loading && <Waiting />}
      {items?.length === 0 && <p class="empty">{t("steps.none")}</p>}
      <ol class="step-list">
        {items
          ?.toSorted((a, b) => b.seq - a.seq)
          .map((step) => (
            <li key={step.seq} class={step.undone ? "is-undone" : ""} data-step={step.kind}>
              <strong>{t(`step.${step.kind}`)}</strong> {stepWords(draft.value, step)}
              <span class="small muted block">
                {step.author} · {dateTime(step.at)}
                {step.undone && ` · ${t("steps.undone")}`}
              </span>
            </li>
          ))}
      </ol>
    </div>
  );
}
