import type { Named } from "../api/types";
import { cityMoment } from "../format";
import { codeText, isKey, say, t, type Key } from "../i18n";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { OrganisationField } from "../parts/OrganisationField";
import { organisations } from "../state/rules_desk";
import { fieldSpec } from "./fields";
import { GuidanceField } from "./GuidanceField";
import { PhotoField } from "./PhotoField";

interface Props {
  id: string;
  action: string;
  /** Category of the incident: guidance texts are found by it. */
  category?: string;
  name: string;
  required: boolean;
  value: unknown;
  /** What there is to choose from, where it comes with the case. */
  options?: readonly string[];
  /** Organisations that the routing named: one press away. */
  suggested: readonly Named[];
  error: string | undefined;
  onChange: (value: unknown) => void;
}

const label = (name: string): string => (isKey(`field.${name}`) ? t(`field.${name}` as "field.reason") : name);
const option = (name: string, code: string): string => {
  const key = name === "unit" ? `clock_kind.${code}` : `option.${code}`;
  return isKey(key) ? t(key as Extract<Key, "option.satisfied">) : code;
};
const nameOf = (code: string): string => {
  const found = organisations.value.find((one) => one.code === code);
  return found ? say(found.name) : code;
};

/** One field of a step, with the control that fits it. */
export function StepField({ id, action, category, name, required, value, options, suggested, error, onChange }: Props) {
  const spec = fieldSpec(action, name);
  const text = typeof value === "string" ? value : "";
  const described = { id, name, "aria-invalid": error ? ("true" as const) : undefined, "aria-describedby": error ? `${id}-error` : undefined };
  if (spec.control === "organisation" || spec.control === "organisations") {
    return <Organisations id={id} name={name} many={spec.control === "organisations"} required={required} value={value} suggested={suggested} error={error} onChange={onChange} />;
  }
  if (spec.control === "attachments") {
    return <PhotoField label={label(name)} required={required} error={error} onChange={onChange} />;
  }
  if (spec.control === "guidance") {
    return <GuidanceField label={label(name)} category={category ?? null} value={value} error={error} onChange={onChange} />;
  }
  if (spec.control === "enum") {
    return (
      <fieldset class="radios" aria-describedby={error ? `${id}-error` : undefined}>
        <legend class="label">
          {label(name)}
          {required && <span class="required"> {t("report.required")}</span>}
        </legend>
        {(spec.options ?? options ?? []).map((code) => (
          <label key={code} class="check">
            <input type="radio" name={name} value={code} checked={value === code} onChange={() => onChange(code)} />
            {option(name, code)}
          </label>
        ))}
        {error && (
          <p class="field-error" id={`${id}-error`}>
            {error}
          </p>
        )}
      </fieldset>
    );
  }
  return (
    <Field id={id} label={label(name)} error={error} required={required}>
      {spec.control === "text" ? (
        <textarea {...described} rows={2} maxLength={500} value={text} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : spec.control === "moment" ? (
        <input {...described} type="datetime-local" onInput={(event) => onChange(cityMoment(event.currentTarget.value))} />
      ) : spec.control === "number" ? (
        <input {...described} type="number" min={1} max={1000} value={typeof value === "number" ? value : ""} onInput={(event) => onChange(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))} />
      ) : (
        <input {...described} autocomplete="off" maxLength={200} value={text} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </Field>
  );
}

interface OrganisationsProps extends Omit<Props, "action" | "category"> {
  many: boolean;
}

function Organisations({ name, many, required, value, suggested, error, onChange }: OrganisationsProps) {
  const chosen = many ? ((value as string[] | undefined) ?? []) : typeof value === "string" && value ? [value] : [];
  const add = (code: string): void => onChange(many ? [...chosen, code] : code);
  const drop = (code: string): void => onChange(many ? chosen.filter((one) => one !== code) : null);
  const offered = suggested.filter((one) => !chosen.includes(one.code));
  return (
    <div class="field organisations" data-field={name}>
      <p class="label">
        {label(name)}
        {required && <span class="required"> {t("report.required")}</span>}
      </p>
      {chosen.length > 0 && (
        <ul class="chips">
          {chosen.map((code) => (
            <li key={code}>
              <button type="button" class="chip" aria-label={t("step.drop", { name: nameOf(code) })} onClick={() => drop(code)}>
                {nameOf(code)}
                <Glyph name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {(many || chosen.length === 0) && (
        <>
          {offered.length > 0 && (
            <p class="suggested small">
              <span class="muted">{t("step.suggested")}</span>
              {offered.slice(0, 4).map((one) => (
                <button key={one.code} type="button" class="chip choice-chip" onClick={() => add(one.code)}>
                  {say(one.name)}
                </button>
              ))}
            </p>
          )}
          <OrganisationField label={label(name)} name={name} without={chosen} error={error} onTake={(one) => add(one.code)} />
        </>
      )}
    </div>
  );
}

/** The role in words, for tooltips. */
export const rolesText = (roles: readonly string[]): string => roles.map((role) => codeText("role", role)).join(t("app.comma"));
