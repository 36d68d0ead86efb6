/** Moving between the parts of the desk. */
import { deskView } from "../state/store";
import { DESK_TABS, QUEUES, type DeskTab } from "./address";
import { setDesk, summary } from "./state";

/** The sorting desk opens with the first queue in which something waits. */
export function toTab(tab: DeskTab): void {
  const waiting = summary.peek()?.sorting;
  const here = deskView.peek().queue;
  const queue = tab === "sorting" && waiting && !waiting[here] ? (QUEUES.find((one) => waiting[one]) ?? here) : here;
  setDesk({ tab, queue });
}

export function turnTab(by: 1 | -1): void {
  const at = DESK_TABS.indexOf(deskView.peek().tab);
  toTab(DESK_TABS[(at + by + DESK_TABS.length) % DESK_TABS.length]!);
}
