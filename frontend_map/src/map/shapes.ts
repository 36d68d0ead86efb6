/** Outlines of the incident symbols, for the map's canvas and for the panels' SVG alike. */
import type { StateGroup } from "../state/incidents";

/** Outline of a state's symbol, centred on 0/0 in a box of 16 pixels. */
export const SHAPES: Record<StateGroup, string> = {
  new: "M0-7a7 7 0 1 1 0 14a7 7 0 1 1 0-14z",
  handling: "M0-8L8 0L0 8L-8 0z",
  checking: "M-6.5-6.5H6.5V6.5H-6.5z",
  closed: "M0-6.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z",
  void: "M0-6.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z",
};

/** The sign inside it. */
export const SIGNS: Record<StateGroup, { path: string; filled: boolean }> = {
  new: { path: "M0-2.2a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4z", filled: true },
  handling: { path: "M-1.8-3L3.2 0L-1.8 3z", filled: true },
  checking: { path: "M-3.2-2h6.4M-3.2 2h6.4", filled: false },
  closed: { path: "M-3 .2L-.8 2.4L3.2-2.2", filled: false },
  void: { path: "M-2.6-2.6L2.6 2.6M2.6-2.6L-2.6 2.6", filled: false },
};

export const URGENT = "M0-9.5L9.5 7.5H-9.5z";
export const BANG = "M0-3.6V2";
