import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Glyph } from "./Glyph";

interface Props {
  side: "left" | "right";
  title: string;
  /** A small line above the title: what kind of thing this is. */
  kicker?: string;
  /** Changes when the panel shows something else; then the heading takes the focus. */
  subject: string;
  onClose: () => void;
  children: ComponentChildren;
  id?: string;
}

/** After a panel closed with the focus inside, the keyboard goes on from the map, not from the top of the page. */
function returnFocus(side: "left" | "right"): void {
  if (document.activeElement !== document.body || document.querySelector(`.panel-${side}, dialog[open]`)) return;
  document.querySelector<HTMLElement>("#map canvas")?.focus({ preventScroll: true });
}

/** A card beside the map; on a phone a sheet below it, half or nearly full height. */
export function Panel({ side, title, kicker, subject, onClose, children, id }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [tall, setTall] = useState(false);
  useEffect(() => {
    // Keyboard and screen-reader users are led to the answer; a pointer on the map keeps the map.
    if (side === "right" && !document.activeElement?.closest(".stage-map")) heading.current?.focus({ preventScroll: true });
  }, [subject]);
  useEffect(() => () => void requestAnimationFrame(() => returnFocus(side)), []);
  return (
    <section
      class={`panel panel-${side}${tall ? " is-tall" : ""}`}
      data-covers={side}
      aria-label={kicker ? `${kicker} ${title}` : title}
      {...(id ? { id, tabIndex: -1 } : {})}
    >
      <header class="panel-head">
        <div class="panel-titles">
          {kicker && <p class="kicker">{kicker}</p>}
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
        </div>
        <button type="button" class="icon-button phone-only" aria-expanded={tall} aria-label={tall ? t("panel.shorter") : t("panel.taller")} onClick={() => setTall(!tall)}>
          <Glyph name={tall ? "collapse" : "expand"} />
        </button>
        <button type="button" class="icon-button" aria-label={`${t("app.close")} ${title}`} title={`${t("app.close")} (Esc)`} onClick={onClose}>
          <Glyph name="close" />
        </button>
      </header>
      <div class="panel-body" tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
    </section>
  );
}
