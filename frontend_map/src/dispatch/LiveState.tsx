import { t } from "../i18n";
import { TIME_ZONE } from "../format";
import { locale } from "../i18n";
import { liveStatus } from "../api/events";

const clockText = (at: number): string => new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, hour: "2-digit", minute: "2-digit", hour12: false }).format(at);

/** Whether changes arrive by themselves, and when the last one did. */
export function LiveStatus() {
  const { state, at } = liveStatus.value;
  return (
    <span class={`live-state is-${state}`} data-live={state} title={t(`live.${state}.how`)}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {state === "live" ? <circle cx="5" cy="5" r="4.4" fill="currentColor" /> : <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.8" />}
      </svg>
      <span>{t(`live.${state}`)}</span>
      {at !== null && <span class="muted live-at">{t("live.at", { time: clockText(at) })}</span>}
    </span>
  );
}
