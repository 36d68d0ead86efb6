import type { Case, CaseAction } from "../api/cases";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { known } from "../state/actor";
import { instant, isForward, isGrave, keyOf, ranked } from "./fields";
import { rolesText } from "./StepField";
import { stepName } from "./step_name";
import { StepForm, type Suggested } from "./StepForm";
import { begin, refusalText } from "./steps";
import * as desk from "./state";

/** The next steps as the server's table allows them to this person; the others say why not. */
export function CaseActions({ item, suggested, category }: { item: Case; suggested: Suggested; category: string }) {
  const all = ranked(item.actions);
  const open = all.filter((one) => one.allowed);
  const shut = all.filter((one) => !one.allowed);
  const first = open.find((one) => isForward(one.action))?.action;
  const form = open.find((one) => one.action === desk.stepOpen.value);
  const refusal = desk.refusal.value;
  return (
    <div class="case-actions">
      {!known.value && (
        <p class="note small">
          {t("step.who")}{" "}
          <button type="button" class="link" onClick={() => (desk.actorOpen.value = true)}>
            {t("actor.say")}
          </button>
        </p>
      )}
      {open.length > 0 ? (
        <div class="step-buttons" role="group" aria-label={t("step.title")}>
          {open.map((one) => (
            <StepButton key={one.action} item={item} action={one} primary={one.action === first} />
          ))}
        </div>
      ) : (
        <p class="muted small">{t("step.none")}</p>
      )}
      {refusal && !form && (
        <p class="trouble" role="alert">
          {refusalText(refusal)}
        </p>
      )}
      {form && <StepForm key={`${item.number} ${form.action}`} item={item} action={form} suggested={suggested} category={category} />}
      {shut.length > 0 && (
        <details class="fold shut-steps">
          <summary>
            <Glyph name="right" size={14} />
            {t("step.shut", { n: shut.length })}
          </summary>
          <ul class="small">
            {shut.map((one) => (
              <li key={one.action} data-shut={one.action}>
                <strong>{stepName(one.name)}</strong> <span class="muted">{say(one.why_not) || t("step.for", { roles: rolesText(one.roles) })}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function StepButton({ item, action, primary }: { item: Case; action: CaseAction; primary: boolean }) {
  const key = keyOf(action.action);
  const open = desk.stepOpen.value === action.action;
  const name = stepName(action.name);
  const asks = !instant(action);
  return (
    <button
      type="button"
      class={`button step-button${primary ? " primary" : ""}${isGrave(action.action) ? " is-grave" : ""}`}
      data-action={action.action}
      aria-expanded={asks ? open : undefined}
      aria-disabled={desk.sending.value}
      title={[key ? `${name} (${key})` : name, rolesText(action.roles)].filter(Boolean).join("\n")}
      onClick={() => begin(item, action.action)}
    >
      {name}
      {asks && "…"}
      {key && <kbd aria-hidden="true">{key}</kbd>}
    </button>
  );
}
