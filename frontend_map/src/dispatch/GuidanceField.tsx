import { useEffect, useId, useState } from "preact/hooks";
import { loadGuidance } from "../api/guidance";
import { say, t } from "../i18n";
import { useLoad } from "../parts/load";

interface Props {
  label: string;
  category: string | null;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

const PAUSE_MS = 250;

/** Which guidance text answers it: those of its category, with their words, to be read out. */
export function GuidanceField({ label, category, value, error, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const [words, setWords] = useState("");
  const id = useId();
  useEffect(() => {
    const timer = window.setTimeout(() => setWords(typed.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const found = useLoad(category === null ? null : `${category} ${words}`, (abort) => loadGuidance(category!, words, abort));
  return (
    <fieldset class="field guidance" data-field="guidance" aria-describedby={error ? `${id}-error` : undefined}>
      <legend class="label">
        {label} <span class="required">{t("report.required")}</span>
      </legend>
      <input type="search" autocomplete="off" aria-label={t("guidance.find")} placeholder={t("guidance.find")} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      {found.error && <p class="field-error">{found.error.message}</p>}
      {found.value?.length === 0 && <p class="muted small">{t("guidance.none")}</p>}
      <ul class="guidance-list">
        {(found.value ?? []).map((one) => (
          <li key={one.id}>
            <label class="guidance-one">
              <input type="radio" name="guidance" value={one.code} checked={value === one.code} onChange={() => onChange(one.code)} />
              <span>
                <strong>{say(one.title)}</strong> {one.overdue && <span class="badge">{t("guidance.overdue", { date: one.review_on })}</span>}
                <span class="block small">{say(one.text)}</span>
                <span class="block small muted">
                  {one.code} · {say(one.owner.name)}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
