import type { ComponentChildren } from "preact";
import { t } from "../i18n";

interface Props {
  id: string;
  label: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  children: ComponentChildren;
}

/** A labelled form field with its hint, and its error beside it. */
export function Field({ id, label, hint, error, required, children }: Props) {
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
        {required && <span class="required"> {t("report.required")}</span>}
      </label>
      {children}
      {hint && !error && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
