import { useEffect, useState } from "preact/hooks";

interface Props {
  id: string;
  name: string;
  value: number;
  onTake: (value: number) => void;
}

/**
 * A whole number, taken when the field is left or Enter is pressed.
 * What is being typed is kept here: a page drawn anew meanwhile, because an answer came in, must not put the old value back.
 */
export function NumberInput({ id, name, value, onTake }: Props) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const take = (typed: string): void => {
    const taken = Math.round(Number(typed)) || 0;
    setText(String(taken));
    if (taken !== value) onTake(taken);
  };
  return (
    <input
      id={id}
      name={name}
      type="number"
      step={1}
      min={-1_000_000}
      max={1_000_000}
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
      onChange={(event) => take(event.currentTarget.value)}
    />
  );
}
