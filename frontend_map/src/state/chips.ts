/** The list's filters as removable chips. Pure. */
import type { ListFilter } from "./url";

export interface Chip {
  id: "state" | "zone" | "period" | "view";
  /** Filter that remains when this chip is removed. */
  without: ListFilter;
}

export function chips(filter: ListFilter): Chip[] {
  const found: Chip[] = [];
  if (filter.states.length > 0) found.push({ id: "state", without: { ...filter, states: [] } });
  if (filter.zone) found.push({ id: "zone", without: { ...filter, zone: null } });
  if (filter.period) found.push({ id: "period", without: { ...filter, period: null } });
  if (filter.inView) found.push({ id: "view", without: { ...filter, inView: false } });
  return found;
}
