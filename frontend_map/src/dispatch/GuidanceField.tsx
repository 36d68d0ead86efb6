import { useId } from "preact/hooks";
import { t } from "../i18n";
import { Field } from "../parts/Field";

interface Props {
  label: string;
  category: string | null;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

/** Which guidance text answers it. */
export function GuidanceField({ label, value, error, onChange }: Props) {
  const id = useId();
  return (
    <Field id={id} label={label} error={error} required hint={t("step.guidance")}>
      <input id={id} name="guidance" autocomplete="off" value={typeof value === "string" ? value : ""} onInput={(event) => onChange(event.currentTarget.value)} />
    </Field>
  );
}
