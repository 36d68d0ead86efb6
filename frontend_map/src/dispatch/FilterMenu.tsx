import { codeText, say, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { Glyph } from "../parts/Glyph";
import { OrganisationField } from "../parts/OrganisationField";
import { SOURCES } from "../state/draft";
import { STATE_GROUPS } from "../state/incidents";
import { organisations } from "../state/rules_desk";
import { LEVELS } from "./address";
import { toggled } from "./chips";
import * as desk from "./state";

interface ChoicesProps<T extends string> {
  title: string;
  all: readonly T[];
  chosen: readonly T[];
  name: (one: T) => string;
  onChange: (next: T[]) => void;
}

function Choices<T extends string>({ title, all, chosen, name, onChange }: ChoicesProps<T>) {
  return (
    <fieldset class="menu-group">
      <legend class="label">{title}</legend>
      {all.map((one) => (
        <label key={one} class="check small">
          <input type="checkbox" value={one} checked={chosen.includes(one)} onChange={() => onChange(toggled(chosen, one))} />
          {name(one)}
        </label>
      ))}
    </fieldset>
  );
}

/** Everything else the list can be narrowed by; each choice becomes a chip at once. */
export function FilterMenu({ onClose }: { onClose: () => void }) {
  const filter = desk.filter.value;
  const open = [...STATE_GROUPS.new, ...STATE_GROUPS.handling, ...STATE_GROUPS.checking];
  const ended = [...STATE_GROUPS.closed, ...STATE_GROUPS.void];
  const organisation = organisations.value.find((one) => one.code === filter.organisation);
  const states = (next: string[]): void => {
    // A state of its own says more than "open"; none at all would be everything there ever was.
    const kept = next.length > 1 && next.at(-1) !== "open" ? next.filter((one) => one !== "open") : next.includes("open") ? ["open"] : next;
    desk.setFilter({ states: kept.length > 0 ? kept : ["open"] });
  };
  return (
    <div id="desk-filter-menu" class="filter-menu" role="group" aria-label={t("desk.filters")}>
      <div class="menu-columns">
        <Choices title={t("list.state")} all={["open", ...open, ...ended]} chosen={filter.states} name={(one) => (one === "open" ? t("list.open") : codeText("state", one))} onChange={states} />
        <Choices title={t("incident.source")} all={SOURCES} chosen={filter.sources} name={(one) => codeText("source", one)} onChange={(sources) => desk.setFilter({ sources })} />
        <div>
          <Choices title={t("desk.level")} all={LEVELS} chosen={filter.levels} name={(one) => codeText("held", one)} onChange={(levels) => desk.setFilter({ levels })} />
          <fieldset class="menu-group">
            <legend class="label">{t("desk.marks")}</legend>
            <label class="check small">
              <input type="checkbox" name="urgent" checked={filter.urgent} onChange={(event) => desk.setFilter({ urgent: event.currentTarget.checked })} />
              {t("list.urgent")}
            </label>
            <label class="check small">
              <input type="checkbox" name="supervised" checked={filter.supervised} onChange={(event) => desk.setFilter({ supervised: event.currentTarget.checked })} />
              {t("desk.supervised")}
            </label>
            <label class="check small">
              <input type="checkbox" name="merged" checked={filter.merged} onChange={(event) => desk.setFilter({ merged: event.currentTarget.checked })} />
              {t("desk.merged")}
            </label>
          </fieldset>
        </div>
      </div>
      {organisation ? (
        <p class="chosen">
          <span class="label">{t("incident.responsible")}</span> <strong>{say(organisation.name)}</strong>{" "}
          <button type="button" class="link" onClick={() => desk.setFilter({ organisation: null })}>
            {t("app.clear")}
          </button>
        </p>
      ) : (
        <OrganisationField label={t("incident.responsible")} labelled name="filter-organisation" onTake={(one) => desk.setFilter({ organisation: one.code })} />
      )}
      <CategoryPicker label={t("report.category")} anyLabel={t("category.any")} value={filter.category} onChange={(category) => desk.setFilter({ category })} subtrees />
      <button type="button" class="button" onClick={onClose}>
        <Glyph name="up" size={14} />
        {t("app.close")}
      </button>
    </div>
  );
}
