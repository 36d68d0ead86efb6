/** Ways over the desk: from problem to problem, to a grid, from tab to tab. */
import { signal } from "@preact/signals";
import { t } from "../i18n";
import { cityMap } from "../state/map";
import { announcement } from "../state/store";
import { boundsOf } from "./geometry";
import * as desk from "./state";
import { zoneLabel } from "./words";

/** Which problem was shown last. */
export const problemAt = signal(-1);

export function zoomTo(zones: readonly number[]): void {
  const here = desk.draft.value;
  const read = desk.shapes.value;
  if (!here || !read) return;
  const box = boundsOf(zones.flatMap((zone) => [...here.sumsOf(zone).units]).map((unit) => read.units[unit]!));
  if (box) cityMap.value?.fit(box);
}

export function zoomToChosen(): void {
  if (desk.chosen.value.length > 0) zoomTo(desk.chosen.value);
  else zoomToPlan();
}

export function zoomToPlan(): void {
  const box = boundsOf(desk.shapes.value?.units ?? []);
  if (box) cityMap.value?.fit(box);
}

export function nextProblem(by: 1 | -1): void {
  const all = desk.found.value;
  if (all.length === 0) {
    announcement.value = t("problems.none");
    return;
  }
  showProblem((problemAt.value + by + all.length) % all.length);
}

export function showProblem(at: number): void {
  const problem = desk.found.value[at];
  if (!problem) return;
  problemAt.value = at;
  desk.deskTab.value = "problems";
  desk.choose(problem.zone);
  zoomTo([problem.zone]);
  announcement.value = t("problems.shown", { at: at + 1, n: desk.found.value.length, what: t(`problem.${problem.code}`), grid: zoneLabel(desk.draft.value, problem.zone) });
}

export function toTab(by: 1 | -1): void {
  const all = desk.DESK_TABS;
  desk.deskTab.value = all[(all.indexOf(desk.deskTab.value) + by + all.length) % all.length]!;
}
