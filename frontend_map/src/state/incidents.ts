/** States of an incident in the five groups that the map can show apart. Pure. */
export type StateGroup = "new" | "handling" | "checking" | "closed" | "void";

export const STATE_GROUPS: Record<StateGroup, readonly string[]> = {
  new: ["reported", "accepted", "verified", "filed"],
  handling: ["dispatched", "handling"],
  checking: ["fed_back", "checked", "evaluated"],
  closed: ["closed", "archived"],
  void: ["rejected", "cancelled", "merged"],
};

export const STATES: readonly string[] = Object.values(STATE_GROUPS).flat();

export function stateGroup(state: string): StateGroup {
  for (const [group, states] of Object.entries(STATE_GROUPS)) if (states.includes(state)) return group as StateGroup;
  return "new";
}

export const isOpen = (state: string): boolean => !["closed", "void"].includes(stateGroup(state));
