import { useEffect, useRef } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { NO_FILTER } from "./address";
import * as desk from "./state";

/** The queue is too long: how long, and the way to it. */
export function AlarmBanner() {
  const queue = desk.summary.value?.queue;
  const raised = Boolean(queue?.alarm);
  const before = useRef(false);
  useEffect(() => void (before.current = raised), [raised]);
  if (!queue || !raised) return null;
  const { unassigned, near_due: near, thresholds } = queue;
  return (
    <div class="queue-alarm" role={before.current ? undefined : "alert"}>
      <Glyph name="warn" size={18} />
      <span class="queue-alarm-text">
        <strong>{t("alarm.title")}</strong>
        {unassigned >= thresholds.unassigned && (
          <button type="button" class="link" onClick={() => desk.setDesk({ tab: "sorting", queue: "unassigned" })}>
            {t("alarm.unassigned", { n: number(unassigned), limit: number(thresholds.unassigned) })}
          </button>
        )}
        {near >= thresholds.near_due && (
          <button type="button" class="link" onClick={() => desk.setDesk({ tab: "list", order: "due", filter: { ...NO_FILTER, clocks: ["due_soon"] } })}>
            {t("alarm.near_due", { n: number(near), limit: number(thresholds.near_due) })}
          </button>
        )}
      </span>
    </div>
  );
}
