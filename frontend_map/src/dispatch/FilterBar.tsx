import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { number } from "../format";
import { codeText, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { organisations } from "../state/rules_desk";
import { categories, deskView, layerName, mapState } from "../state/store";
import { CLOCK_STATES, NO_FILTER, type ClockState, type DeskFilter, type Order } from "./address";
import { deskChips, isPlain, toggled, type DeskChip } from "./chips";
import { ClockSign } from "./ClockMark";
import { FilterMenu } from "./FilterMenu";
import { dueOrder } from "./question";
import { SavedFilters } from "./SavedFilters";
import * as desk from "./state";
import { windowText } from "./time_window";

/** Most pressing first. */
const CLOCKS: readonly ClockState[] = ["overdue", "due_soon", "running", "paused"];
const TYPING_MS = 300;

/** All filters in sight: the time limit (or `first`, in its place), then words, then what else was chosen as chips. */
export function FilterBar({ first }: { first?: ComponentChildren }) {
  const [menu, setMenu] = useState(false);
  const filter = desk.filter.value;
  const chips = deskChips(filter);
  const counts = desk.summary.value?.clock;
  return (
    <div class="desk-filters" role="search" aria-label={t("list.filters")}>
      {first ?? (
        <div class="clock-filter" role="group" aria-label={t("clock.filter")}>
          {CLOCKS.map((one) => (
            <button
              key={one}
              type="button"
              class={`clock-choice is-${one}`}
              data-clock={one}
              aria-pressed={filter.clocks.includes(one)}
              onClick={() => desk.setFilter({ clocks: CLOCK_STATES.filter((each) => toggled(filter.clocks, one).includes(each)) })}
            >
              <span class="clock-name">
                <ClockSign state={one} />
                {t(`clock.${one}`)}
              </span>
              <strong>{counts ? number(counts[one] ?? 0) : "–"}</strong>
            </button>
          ))}
        </div>
      )}
      <div class="find-line">
        <Find />
        <button type="button" class="button" aria-expanded={menu} aria-controls="desk-filter-menu" onClick={() => setMenu(!menu)}>
          <Glyph name="rules" size={15} />
          {t("desk.filters")}
        </button>
        <SavedFilters />
      </div>
      {menu && <FilterMenu onClose={() => setMenu(false)} />}
      <div class="find-line chip-line">
        <ul class="chips" aria-label={t("desk.chips")}>
          {chips.map((chip) => (
            <li key={chip.id + chip.value}>
              <button type="button" class="chip" data-chip={chip.id} aria-label={t("list.remove_filter", { name: chipText(chip, filter) })} onClick={() => desk.setDesk({ filter: chip.without })}>
                {chipText(chip, filter)}
                <Glyph name="close" size={12} />
              </button>
            </li>
          ))}
          {!isPlain(filter) && (
            <li>
              <button type="button" class="link small" onClick={() => desk.setDesk({ filter: NO_FILTER })}>
                {t("desk.reset")}
              </button>
            </li>
          )}
        </ul>
        <span class="list-ways">
          {mapState.value !== "absent" && (
            <label class="check small">
              <input type="checkbox" name="in-view" checked={filter.inView} onChange={(event) => desk.setFilter({ inView: event.currentTarget.checked })} />
              {t("desk.in_view")}
            </label>
          )}
          <select name="order" aria-label={t("desk.order")} value={dueOrder(filter) ? deskView.value.order : "newest"} onChange={(event) => desk.setDesk({ order: event.currentTarget.value as Order })}>
            <option value="due" disabled={!dueOrder(filter)}>{t("desk.order.due")}</option>
            <option value="newest">{t("desk.order.newest")}</option>
          </select>
        </span>
      </div>
    </div>
  );
}

/** Number or address; an input method's unfinished letters are not searched for. */
function Find() {
  const kept = deskView.value.filter.find;
  const [text, setText] = useState(kept);
  const timer = useRef(0);
  const composing = useRef(false);
  const sent = useRef(kept);
  // What came from elsewhere (a link, a chip, "back") is shown; what was sent from here may lag behind the typing.
  useEffect(() => {
    if (kept !== sent.current) setText(kept);
    sent.current = kept;
  }, [kept]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const take = (value: string, pause: number): void => {
    window.clearTimeout(timer.current);
    if (composing.current) return;
    timer.current = window.setTimeout(() => {
      sent.current = value.trim();
      desk.setFilter({ find: sent.current });
    }, pause);
  };
  return (
    <div class="desk-find">
      <Glyph name="search" size={15} />
      <input
        id="desk-find"
        type="search"
        autocomplete="off"
        spellcheck={false}
        aria-label={t("desk.find")}
        placeholder={t("desk.find")}
        value={text}
        onCompositionStart={() => (composing.current = true)}
        onCompositionEnd={(event) => {
          composing.current = false;
          take((event.currentTarget as HTMLInputElement).value, TYPING_MS);
        }}
        onInput={(event) => {
          setText(event.currentTarget.value);
          take(event.currentTarget.value, TYPING_MS);
        }}
        onKeyDown={(event) => {
          if (event.isComposing || event.keyCode === 229) return;
          if (event.key === "Enter") take(event.currentTarget.value, 0);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

export function chipText(chip: DeskChip, filter: DeskFilter): string {
  switch (chip.id) {
    case "state":
      return chip.value === "open" ? t("list.open") : codeText("state", chip.value);
    case "clock":
      return t(`clock.${chip.value as ClockState}`);
    case "urgent":
      return t("list.urgent");
    case "supervised":
      return t("desk.supervised");
    case "merged":
      return t("desk.merged");
    case "sent_back":
      return t("box.sent_back");
    case "handled":
      return t("box.handled");
    case "level":
      return t("desk.level_chip", { level: codeText("held", chip.value) });
    case "source":
      return codeText("source", chip.value);
    case "category":
      return say(categories.value.find((one) => one.key === chip.value)?.name) || chip.value;
    case "organisation":
      return say(organisations.value.find((one) => one.code === chip.value)?.name) || chip.value;
    case "zone":
      return t("list.zone_chip", { layer: say(layerName(filter.zone!.layer)), name: filter.zone!.code });
    case "time":
      return windowText(filter.from, filter.to);
    case "find":
      return `“${chip.value}”`;
    case "view":
      return t("list.in_view_chip");
  }
}
