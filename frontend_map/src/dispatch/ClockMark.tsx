import type { ClockBrief } from "../api/cases";
import { dateTime } from "../format";
import { t } from "../i18n";
import { now } from "./now";
import { clockState, remainingText, type ShownClock } from "./remaining";

/** A sign for each state of a time limit, so that no state is told by colour alone. */
const SIGN: Readonly<Record<ShownClock, string>> = {
  overdue: "M8 1.5L15 14H1zM8 6v4M8 12h.01",
  due_soon: "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM8 4.5V8.5L10.5 10",
  running: "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM5 8.3L7.2 10.5L11 6",
  paused: "M5.5 3v10M10.5 3v10",
  none: "M4 8h8",
};

export function ClockSign({ state, size = 14 }: { state: ShownClock; size?: number }) {
  return (
    <svg class="clock-sign" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={SIGN[state]} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** What is left of a limit, in words, with its sign; the moment itself in the tooltip. */
export function ClockMark({ clock }: { clock: ClockBrief | null | undefined }) {
  const state = clockState(clock, now.value);
  if (state === "none") return null;
  const due = clock?.due_at ? t("due.at", { date: dateTime(clock.due_at) }) : undefined;
  return (
    <span class={`clock is-${state}`} title={due}>
      <ClockSign state={state} />
      {remainingText(clock, now.value)}
    </span>
  );
}
