import { useEffect, useRef } from "preact/hooks";
import { number } from "../format";
import { bringIntoSight } from "./sight";

interface Props<K extends string> {
  label: string;
  tabs: readonly { key: K; name: string; count?: number | undefined }[];
  value: K;
  onChange: (key: K) => void;
}

/** Tabs: arrows move between them, as screen readers announce. */
export function Tabs<K extends string>({ label, tabs, value, onChange }: Props<K>) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => bringIntoSight(box.current?.querySelector<HTMLElement>("[aria-selected='true']")), [value]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const at = tabs.findIndex((tab) => tab.key === value);
    const next = tabs[(at + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChange(next.key);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-tab="${next.key}"]`)?.focus();
  };
  return (
    <div ref={box} class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          class="tab"
          data-tab={tab.key}
          aria-selected={tab.key === value}
          tabIndex={tab.key === value ? 0 : -1}
          onClick={() => onChange(tab.key)}
        >
          {tab.name}
          {tab.count !== undefined && <span class="tab-count">{number(tab.count)}</span>}
        </button>
      ))}
    </div>
  );
}
