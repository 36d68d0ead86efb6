import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Case, CaseAction, StepFields } from "../api/cases";
import type { Named } from "../api/types";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { cleaned, foldedFields, isGrave, missing, shownFields } from "./fields";
import { stepName } from "./step_name";
import { StepField } from "./StepField";
import { refusalText, step } from "./steps";
import * as desk from "./state";

/** Whom rules and people named for a case. */
export interface Suggested {
  lead: Named | null;
  supporting: readonly Named[];
  /** Everybody who was named, the likeliest first. */
  all: readonly Named[];
}

/** What the step asks for; sent with the revision that is on the screen. */
export function StepForm({ item, action, suggested, category }: { item: Case; action: CaseAction; suggested: Suggested; category: string }) {
  const [fields, setFields] = useState<StepFields>(() => startOf(item, action, suggested));
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const into = desk.mergeInto.value;
  useEffect(() => {
    if (action.action === "merge" && into) setFields((before) => ({ ...before, into }));
  }, [into]);
  useEffect(() => form.current?.querySelector<HTMLElement>(".suggested button, .chips button, textarea, input, select")?.focus(), []);
  const lacks = tried ? missing(action, fields) : [];
  const refusal = desk.refusal.value;
  const told = new Map(refusal?.errors.map((one) => [one.field.split(".").at(-1), one.message]));
  const submit = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    if (missing(action, fields).length > 0) return;
    void step(item, action.action, cleaned(fields));
  };
  const folded = foldedFields(action);
  const field = (name: string) => (
    <StepField
      key={name}
      id={`${id}-${name}`}
      action={action.action}
      category={category}
      name={name}
      required={action.needs.includes(name)}
      value={fields[name]}
      options={item.conditions}
      suggested={suggested.all}
      error={told.get(name) ?? (lacks.includes(name) ? t("step.needed") : undefined)}
      onChange={(value) => setFields((before) => ({ ...before, [name]: value }))}
    />
  );
  return (
    <form ref={form} class="report boxed step-form" noValidate aria-label={say(action.name)} data-step={action.action} onSubmit={submit}>
      {refusal && (
        <p class="trouble" role="alert">
          {refusalText(refusal)}
        </p>
      )}
      {shownFields(action).map(field)}
      {folded.length > 0 && (
        <details class="fold">
          <summary>
            <Glyph name="right" size={14} />
            {t("step.beside")}
          </summary>
          {folded.map(field)}
        </details>
      )}
      <div class="panel-actions">
        <button type="submit" class={isGrave(action.action) ? "button danger" : "button primary"} aria-disabled={desk.sending.value}>
          {desk.sending.value ? t("report.sending") : stepName(action.name)}
        </button>
        <button type="button" class="button" onClick={() => (desk.stepOpen.value = null)}>
          {t("override.cancel")}
        </button>
      </div>
    </form>
  );
}

/** What is known already need not be typed. */
function startOf(item: Case, action: CaseAction, suggested: Suggested): StepFields {
  // What the rules say is what happens unless somebody says otherwise; a sorter is asked because they say nothing certain.
  if (action.action === "dispatch") {
    return { lead: item.lead?.code ?? suggested.lead?.code ?? null, supporting: (item.lead ? item.supporting : suggested.supporting).map((one) => one.code) };
  }
  if (action.action === "sort") return { lead: null, supporting: item.supporting.map((one) => one.code) };
  if (action.action === "ask_extension") return { unit: "work_day" };
  if (action.action === "merge") return { into: desk.mergeInto.peek() };
  return {};
}
