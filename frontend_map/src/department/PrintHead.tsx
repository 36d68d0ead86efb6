import { chipText } from "../dispatch/FilterBar";
import { deskChips } from "../dispatch/chips";
import * as desk from "../dispatch/state";
import { dateTime } from "../format";
import { say, t } from "../i18n";
import { displayName } from "../state/session";
import { city, departmentView, editionDate } from "../state/store";
import { scopeName } from "./state";

/** What stands above a printed page: whose desk, which filters, when, by whom. */
export function PrintHead() {
  const chips = deskChips(desk.filter.value).map((chip) => chipText(chip, desk.filter.value));
  return (
    <div class="print-head" aria-hidden="true">
      <p>
        <strong>
          {say(city.value?.name)} · {t("department.title")} · {t(`department.part.${departmentView.value.part}`)}
        </strong>
      </p>
      <p>{scopeName.value}</p>
      <p class="small">
        {[departmentView.value.part === "incidents" ? chips.join(t("app.comma")) : "", t("out.made", { date: dateTime(new Date().toISOString()) }), editionDate.value ? t("out.edition", { date: editionDate.value }) : "", displayName.value].filter(Boolean).join(" · ")}
      </p>
    </div>
  );
}
