/** Filters of the desk as chips that can be taken away, one by one. Pure. */
import { NO_FILTER, type DeskFilter } from "./address";

export interface DeskChip {
  id: "state" | "clock" | "urgent" | "supervised" | "merged" | "sent_back" | "handled" | "level" | "source" | "category" | "organisation" | "zone" | "time" | "find" | "view";
  /** The value it stands for, where there may be several of its kind. */
  value: string;
  /** Filter that remains without it. */
  without: DeskFilter;
}

const less = <T>(all: readonly T[], one: T): T[] => all.filter((each) => each !== one);

export function deskChips(filter: DeskFilter): DeskChip[] {
  const found: DeskChip[] = [];
  const add = (id: DeskChip["id"], value: string, part: Partial<DeskFilter>): void => void found.push({ id, value, without: { ...filter, ...part } });
  for (const one of filter.states) add("state", one, { states: less(filter.states, one) });
  for (const one of filter.clocks) add("clock", one, { clocks: less(filter.clocks, one) });
  if (filter.urgent) add("urgent", "", { urgent: false });
  if (filter.supervised) add("supervised", "", { supervised: false });
  if (filter.merged) add("merged", "", { merged: false });
  if (filter.sentBack) add("sent_back", "", { sentBack: false });
  if (filter.handled) add("handled", "", { handled: false, states: NO_FILTER.states });
  for (const one of filter.levels) add("level", one, { levels: less(filter.levels, one) });
  for (const one of filter.sources) add("source", one, { sources: less(filter.sources, one) });
  if (filter.category) add("category", filter.category, { category: null });
  if (filter.organisation) add("organisation", filter.organisation, { organisation: null });
  if (filter.zone) add("zone", `${filter.zone.layer}:${filter.zone.code}`, { zone: null });
  if (filter.from || filter.to) add("time", "", { from: null, to: null });
  if (filter.find.trim()) add("find", filter.find.trim(), { find: "" });
  if (filter.inView) add("view", "", { inView: false });
  return found;
}

/** Puts a value in, or takes it out. */
export const toggled = <T>(all: readonly T[], one: T): T[] => (all.includes(one) ? less(all, one) : [...all, one]);

export const isPlain = (filter: DeskFilter): boolean => JSON.stringify(filter) === JSON.stringify(NO_FILTER);
