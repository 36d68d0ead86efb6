import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { editable, plan, refusal, saveState } from "./state";
import { pump } from "./sync";

/** Whether what is seen is what is stored: always in sight. */
export function SaveState() {
  const state = saveState.value;
  const problem = refusal.value;
  if (!editable.value && state === "saved") return <span class="save-state muted">{t(plan.value?.state === "draft" ? "save.look_only" : "save.read_only")}</span>;
  return (
    <span class={`save-state is-${state}`} role="status" data-save={state}>
      {state === "saving" ? <span class="spinner" aria-hidden="true" /> : <Glyph name={state === "saved" ? "check" : "warn"} size={16} />}
      <span>{state === "refused" && problem ? t("save.refused", { why: problem.errors[0]?.message ?? problem.message }) : t(`save.${state === "refused" ? "not" : state}`)}</span>
      {state === "offline" && (
        <button type="button" class="link" onClick={() => void pump()}>
          {t("app.retry")}
        </button>
      )}
      {state === "refused" && (
        <button type="button" class="link" onClick={() => (saveState.value = "saved")}>
          {t("save.understood")}
        </button>
      )}
    </span>
  );
}
