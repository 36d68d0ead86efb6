/** Grids and steps in words. */
import type { PlanStep, PlanZone } from "../api/plans";
import { number } from "../format";
import { say, t } from "../i18n";
import type { Draft } from "./measures";
import { NOWHERE } from "./measures";

/** Digits of a base grid's code; its last three number it inside its community. Codes of other layers do not end so. */
const GRID_CODE = /^\d{15}$/;

/** The end of a code that tells grids of a community apart; nothing where codes are made otherwise. */
export const codeEnd = (code: string | null): string => (code && GRID_CODE.test(code) ? code.slice(-3) : "");

/** Before a grid's name: its number inside its community; a new one's own. */
export const zoneSuffix = (zone: PlanZone): string => (zone.code ? codeEnd(zone.code) : t("plan.new_mark", { n: zone.number }));

/** Short, for the map. */
export const zoneMark = (zone: PlanZone): string => zoneSuffix(zone) || say(zone.name);

export function zoneName(draft: Draft | null, of: number | null): string {
  if (of === null || of === NOWHERE) return t("plan.nowhere");
  const zone = draft?.zones.get(of);
  if (!zone) return t("plan.grid_number", { n: of });
  return say(zone.name) || zone.code || t("plan.new_mark", { n: of });
}

/** Code and name, so that two grids of one name are told apart. */
export function zoneLabel(draft: Draft | null, of: number): string {
  return `${codeEnd(draft?.zones.get(of)?.code ?? null)} ${zoneName(draft, of)}`.trimStart();
}

const MOST = 3;

/** What a step did to which grids. Where units were cut, those that are gone have no grid any more. */
export function stepWords(draft: Draft | null, step: Pick<PlanStep, "units" | "from_numbers" | "to_numbers" | "zones">): string {
  const of = (numbers: readonly (number | null)[]): number[] => [...new Set(numbers.flatMap((zone) => zone ?? []))];
  const from = of(step.from_numbers);
  const to = of(step.to_numbers);
  const list = (zones: readonly number[]): string => {
    const names = zones.slice(0, MOST).map((zone) => zoneName(draft, zone)).join(t("app.comma"));
    return zones.length > MOST ? t("steps.and_more", { names, n: number(zones.length) }) : names;
  };
  if (step.units.length === 0) return list(step.zones);
  const units = t("steps.units", { n: number(step.to_numbers.filter((zone) => zone !== null).length || step.units.length) });
  const same = from.length === to.length && from.every((zone) => to.includes(zone));
  return `${units} · ${from.length === 0 || same ? list(to) : `${list(from)} → ${list(to)}`}`;
}
