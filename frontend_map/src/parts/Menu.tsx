import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  /** Of the button. */
  label: ComponentChildren;
  title?: string;
  spoken?: string;
  class?: string;
  name?: string;
  /** Called with a function that closes the menu. */
  children: (close: () => void) => ComponentChildren;
}

/** A button that unfolds a card below it; Escape, a press elsewhere and leaving it by Tab fold it again. */
export function Menu({ label, title, spoken, class: look = "bar-button", name, children }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: PointerEvent): void => void (box.current?.contains(event.target as Node) || setOpen(false));
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [open]);
  return (
    <div
      class="menu"
      ref={box}
      data-menu={name}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget && !box.current?.contains(event.relatedTarget as Node)) setOpen(false);
      }}
    >
      <button ref={button} type="button" class={look} aria-expanded={open} {...(title ? { title } : {})} {...(spoken ? { "aria-label": spoken } : {})} onClick={() => setOpen(!open)}>
        {label}
      </button>
      {open && <div class="menu-card">{children(() => setOpen(false))}</div>}
    </div>
  );
}
