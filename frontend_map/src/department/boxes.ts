/** The boxes into which a department sorts its incidents, as filters of the list. Pure. */
import { NO_FILTER, type DeskFilter } from "../dispatch/address";

export const BOXES = ["open", "due_soon", "overdue", "handled", "sent_back"] as const;
export type Box = (typeof BOXES)[number];

type Part = Pick<DeskFilter, "states" | "clocks" | "sentBack" | "handled">;

const FILTERS: Readonly<Record<Box, Part>> = {
  open: { states: NO_FILTER.states, clocks: [], sentBack: false, handled: false },
  due_soon: { states: NO_FILTER.states, clocks: ["due_soon"], sentBack: false, handled: false },
  overdue: { states: NO_FILTER.states, clocks: ["overdue"], sentBack: false, handled: false },
  handled: { states: [], clocks: [], sentBack: false, handled: true },
  sent_back: { states: NO_FILTER.states, clocks: [], sentBack: true, handled: false },
};

/** The filter with the states and limits of a box; all else stays. */
export const inBox = (filter: DeskFilter, box: Box): DeskFilter => ({ ...filter, ...FILTERS[box] });

const same = (a: readonly string[], b: readonly string[]): boolean => [...a].toSorted().join() === [...b].toSorted().join();

/** The box that a filter stands for, or null where somebody chose states of their own. */
export function boxOf(filter: DeskFilter): Box | null {
  return BOXES.find((box) => same(filter.states, FILTERS[box].states) && same(filter.clocks, FILTERS[box].clocks) && filter.sentBack === FILTERS[box].sentBack && filter.handled === FILTERS[box].handled) ?? null;
}
