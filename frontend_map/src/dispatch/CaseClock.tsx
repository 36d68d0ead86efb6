import type { Clock } from "../api/cases";
import { dateTime } from "../format";
import { codeText, t } from "../i18n";
import { ClockSign } from "./ClockMark";
import { now } from "./now";
import { clockState, remainingText } from "./remaining";

/** The limit in words, how far it is used up, and the stage it stands in. */
export function CaseClock({ clock }: { clock: Clock | null }) {
  if (!clock || clock.state === "none" || clock.state === "stopped" || clock.due_at === null) return null;
  const moment = now.value;
  const state = clockState(clock, moment);
  const start = clock.started_at ? Date.parse(clock.started_at) : null;
  const due = Date.parse(clock.due_at);
  const used = start === null || due <= start ? null : Math.min(1, Math.max(0, (moment - start) / (due - start)));
  return (
    <div class={`case-clock is-${state}`} data-clock-state={state}>
      <p class="case-clock-line">
        <ClockSign state={state} size={18} />
        <strong>{remainingText(clock, moment)}</strong>
        <span class="small">{t("due.at", { date: dateTime(clock.due_at) })}</span>
      </p>
      {used !== null && state !== "paused" && (
        <svg class="clock-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="4" class="clock-bar-all" />
          <rect width={used * 100} height="4" class="clock-bar-used" />
        </svg>
      )}
      {clock.stage && clock.stage.due_at && (
        <p class="small">
          {t("due.stage", { stage: codeText("stage", clock.stage.name) })} {remainingText({ ...clock.stage, remaining_s: null }, moment)}
          {clock.kind && <span class="clock-kind"> · {codeText("clock_kind", clock.kind)}</span>}
        </p>
      )}
    </div>
  );
}
