/** Grids and steps in words. */
import type { PlanZone } from "../api/plans";
import { say, t } from "../i18n";
import type { Draft } from "./measures";
import { NOWHERE } from "./measures";

/** Short, for the map: a grid's number inside its community; a new one's own. */
export function zoneMark(zone: PlanZone): string {
  return zone.code ? zone.code.slice(-3) : t("plan.new_mark", { n: zone.number });
}

export function zoneName(draft: Draft | null, number: number | null): string {
  if (number === null || number === NOWHERE) return t("plan.nowhere");
  const zone = draft?.zones.get(number);
  if (!zone) return t("plan.grid_number", { n: number });
  return say(zone.name) || zone.code || t("plan.new_mark", { n: number });
}

/** Code and name, so that two grids of one name are told apart. */
export function zoneLabel(draft: Draft | null, number: number): string {
  const code = draft?.zones.get(number)?.code;
  return code ? `${code.slice(-3)} ${zoneName(draft, number)}` : zoneName(draft, number);
}
