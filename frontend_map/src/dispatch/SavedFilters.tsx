import { useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { announcement } from "../state/store";
import { filterOf, filterText } from "./address";
import { keep, saved, withSaved } from "./saved";
import * as desk from "./state";

/** Filters under names of their own, kept in this browser. */
export function SavedFilters() {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const all = saved.value;
  const now = filterText(desk.filter.value);
  const close = (): void => {
    setOpen(false);
    box.current?.querySelector<HTMLElement>("button")?.focus();
  };
  return (
    <div
      ref={box}
      class="saved"
      onFocusOut={(event) => !(event.currentTarget as Element).contains(event.relatedTarget as Node | null) && event.relatedTarget !== null && setOpen(false)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      <button type="button" class="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("saved.title")}
        {all.length > 0 && <span class="tab-count">{all.length}</span>}
      </button>
      {open && (
        <div class="saved-menu" role="group" aria-label={t("saved.title")}>
          {all.length === 0 && <p class="muted small">{t("saved.none")}</p>}
          <ul>
            {all.map((one) => (
              <li key={one.name}>
                <button
                  type="button"
                  class="choice"
                  aria-pressed={one.text === now}
                  onClick={() => {
                    desk.setDesk({ filter: filterOf(one.text) });
                    close();
                  }}
                >
                  {one.name}
                </button>
                <button type="button" class="icon-button" aria-label={t("saved.remove", { name: one.name })} onClick={() => keep(all.filter((each) => each !== one))}>
                  <Glyph name="close" size={14} />
                </button>
              </li>
            ))}
          </ul>
          <form
            class="saved-new"
            onSubmit={(event) => {
              event.preventDefault();
              if (!name.trim()) return;
              keep(withSaved(all, { name: name.trim(), text: now }));
              announcement.value = t("saved.done", { name: name.trim() });
              setName("");
            }}
          >
            <input name="saved-name" maxLength={60} autocomplete="off" aria-label={t("saved.name")} placeholder={t("saved.name")} value={name} onInput={(event) => setName(event.currentTarget.value)} />
            <button type="submit" class="button" disabled={!name.trim()}>
              {t("saved.save")}
            </button>
          </form>
        </div>
      )}
    </div>
  );
}
