import { useEffect, useState } from "preact/hooks";
import { ownOrganisationOptions, ownZoneOptions } from "./finders";
import * as desk from "../dispatch/state";
import { codeText, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { Glyph } from "../parts/Glyph";
import { Menu } from "../parts/Menu";
import type { ZoneSummary } from "../api/types";
import { say } from "../i18n";
import { heldRole } from "../state/actor";
import { me } from "../state/session";
import { DepartmentExport } from "./ExportMenu";
import { ShareButton } from "./ShareDialog";
import { nameZone, scopeName, scopeTitle } from "./state";

/** Whose desk it is, with the way to narrow it; what can be taken along. */
export function Head() {
  const held = heldRole.value;
  const { organisation, zone } = desk.filter.value;
  return (
    <div class="department-line">
      <div class="department-scope">
        <h2 tabIndex={-1} title={scopeName.value}>
          {scopeTitle.value}
        </h2>
        {held && !me.value?.open && <span class="badge plain">{codeText("role", held.role)}</span>}
        <Menu name="scope" class="link small" label={t("department.narrow")}>
          {(close) => <Narrow close={close} />}
        </Menu>
        {(organisation || zone) && (
          <button type="button" class="link small" onClick={() => desk.setFilter({ organisation: null, zone: null })}>
            {t("department.whole")}
          </button>
        )}
      </div>
      <div class="department-ways">
        <DepartmentExport />
        <ShareButton />
        <button type="button" class="bar-button" title={t("out.print")} aria-label={t("out.print")} onClick={() => window.print()}>
          <Glyph name="print" size={16} />
        </button>
      </div>
    </div>
  );
}

/** One organisation or one zone within what the account sees. */
function Narrow({ close }: { close: () => void }) {
  const [box, setBox] = useState<HTMLElement | null>(null);
  useEffect(() => box?.querySelector("input")?.focus(), [box]);
  return (
    <div class="narrow report" ref={setBox}>
      <p class="small muted">{t("department.narrow_how")}</p>
      <Combo
        labelled
        label={t("department.organisation")}
        name="scope-organisation"
        none={t("rule.organisation_none")}
        open
        find={ownOrganisationOptions}
        onTake={(one) => {
          desk.setFilter({ organisation: one.code });
          close();
        }}
      />
      <Combo<ZoneSummary>
        labelled
        label={t("department.zone")}
        name="scope-zone"
        none={t("tasks.zone_none")}
        find={ownZoneOptions}
        onTake={(one) => {
          nameZone(one.layer, one.code, say(one.name));
          desk.setFilter({ zone: { layer: one.layer, code: one.code } });
          close();
        }}
      />
    </div>
  );
}
