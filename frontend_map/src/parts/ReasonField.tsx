import { Field } from "./Field";

interface Props {
  id: string;
  label: string;
  hint: string;
  value: string;
  error: string | undefined;
  onInput: (reason: string) => void;
}

/** Why a person decides otherwise than the program; kept with the decision. */
export function ReasonField({ id, label, hint, value, error, onInput }: Props) {
  return (
    <Field id={`${id}-reason`} label={label} error={error} required>
      <textarea
        id={`${id}-reason`}
        name="reason"
        rows={2}
        maxLength={500}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={error ? `${id}-reason-error` : undefined}
        placeholder={hint}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}
