import { useEffect } from "preact/hooks";
import { loadQueue } from "../api/dispatch";
import { number } from "../format";
import { t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { deskView, page, panel, selection } from "../state/store";
import { QUEUES, type Queue } from "./address";
import { Row } from "./CaseList";
import { tellTime } from "./now";
import * as desk from "./state";

/** What no rule placed, what nobody believes, what was handed up: each with what to do about it. */
export function Sorting() {
  const { queue } = deskView.value;
  const counts = desk.summary.value?.sorting;
  const { value, error, loading, again } = useLoad(`${queue} ${desk.changed.value}`, (abort) => loadQueue(queue, null, abort));
  const found = value?.items ?? [];
  useEffect(() => {
    tellTime(found.map((row) => row.clock));
    desk.sortingRows.value = found;
    if (!found.some((row) => row.number === desk.cursor.peek())) desk.cursor.value = found[0]?.number ?? null;
    return () => void (desk.sortingRows.value = []);
  }, [value]);
  return (
    <>
      <div class="desk-filters">
        <div class="queue-choices" role="group" aria-label={t("sort.kinds")}>
          {QUEUES.map((one: Queue) => (
            <button key={one} type="button" class="chip choice-chip" data-queue={one} aria-pressed={one === queue} onClick={() => desk.setDesk({ queue: one })}>
              {t(`sort.${one}`)}
              {counts && <span class="chip-count">{number(counts[one] ?? 0)}</span>}
            </button>
          ))}
        </div>
        <p class="small muted">{t(`sort.${queue}.how`)}</p>
      </div>
      <div class="desk-body case-list" tabIndex={-1}>
        {loading && !value && <Waiting />}
        {error && <Trouble error={error} again={again} />}
        {!loading && !error && found.length === 0 && <p class="empty">{t(`sort.${queue}.empty`)}</p>}
        <ul class={loading ? "cases is-old" : "cases"} aria-label={t(`sort.${queue}`)} aria-busy={loading}>
          {found.map((row) => (
            <Row key={row.number} row={row} />
          ))}
        </ul>
        {queue === "distrusted" && found.length > 0 && (
          <p>
            <button
              type="button"
              class="button"
              onClick={() => {
                selection.value = null;
                panel.value = "locate";
                page.value = "map";
              }}
            >
              {t("sort.locate")}
            </button>
          </p>
        )}
      </div>
    </>
  );
}
