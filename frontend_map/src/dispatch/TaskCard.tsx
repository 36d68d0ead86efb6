import { useEffect, useId, useState } from "preact/hooks";
import { cancelTask, loadTask, loadTaskMap, remindTask, type Receipt, type RegionCompletion, type TaskDetail } from "../api/tasks";
import { dateTime, number, percent } from "../format";
import { codeText, say, t } from "../i18n";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { actor } from "../state/actor";
import { cityMap } from "../state/map";
import { announcement, flash, pointedZone } from "../state/store";
import { shortMoment } from "./moments";
import { now } from "./now";
import { boundsOf } from "./nearness";
import { someone } from "./steps";
import * as desk from "./state";
import { Share, TaskState } from "./Tasks";
import { openTask, taskShapes } from "./tasks";
import { may } from "../state/session";

const ORDER: readonly Receipt["state"][] = ["waiting", "acknowledged", "done", "moved", "released"];

/** One task: who has not answered comes first. */
export function TaskCard({ code }: { code: string }) {
  const loaded = useLoad(`${code} ${desk.changed.value}`, (abort) => loadTask(code, abort));
  const drawn = useLoad(`${code} ${desk.changed.value}`, (abort) => loadTaskMap(code, abort));
  const [newest, setNewest] = useState<TaskDetail | null>(null);
  useEffect(() => setNewest(null), [loaded.value]);
  useEffect(() => {
    taskShapes.value = drawn.value;
  }, [drawn.value]);
  useEffect(() => {
    const box = drawn.value ? boundsOf(drawn.value) : null;
    if (box) cityMap.value?.fit(box);
  }, [code, drawn.value !== null]);
  useEffect(() => () => void (taskShapes.value = null), []);
  const task = newest ?? loaded.value;
  return (
    <div class="desk-body tasks">
      <button type="button" class="link" onClick={() => (openTask.value = null)}>
        <Glyph name="left" size={13} /> {t("tasks.all")}
      </button>
      {loaded.loading && !task && <Waiting />}
      {loaded.error && <Trouble error={loaded.error} again={loaded.again} />}
      {task && <Details task={task} onChanged={setNewest} />}
    </div>
  );
}

function Details({ task, onChanged }: { task: TaskDetail; onChanged: (task: TaskDetail) => void }) {
  const open = task.state === "open" || task.state === "overdue";
  return (
    <article aria-label={say(task.title)}>
      <header class="task-head">
        <h2>{say(task.title)}</h2>
        <TaskState task={task} />
      </header>
      <p class="small muted">
        {[task.code, task.issued_by, codeText("role", task.role), task.organisation ? say(task.organisation.name) : null, dateTime(task.issued_at)].filter(Boolean).join(" · ")}
      </p>
      <p class="incident-text">{say(task.text)}</p>
      {task.forward && (
        <blockquote class="forward">
          <p class="small muted">{t("tasks.forward")}</p>
          <p>{say(task.forward)}</p>
        </blockquote>
      )}
      {task.cancelled && <p class="warning small">{t("tasks.cancelled_by", { by: task.cancelled.by, date: dateTime(task.cancelled.at), reason: task.cancelled.reason })}</p>}
      <Share completion={task.completion} />
      {task.total_count > 0 && <p class="small">{t("tasks.counted", { n: number(task.total_count) })}</p>}
      {open && <Doings task={task} onChanged={onChanged} />}
      {task.reminders.length > 0 && (
        <p class="small muted">{task.reminders.map((one) => t("tasks.reminded", { date: shortMoment(one.at, now.value), by: codeText("actor", one.by), n: number(one.grids) })).join("; ")}</p>
      )}
      <h3>{t("tasks.by_region")}</h3>
      <table class="table task-regions">
        <thead>
          <tr>
            <th scope="col">{t("held.community")}</th>
            <th scope="col" class="number">{t("tasks.col_done")}</th>
            <th scope="col" class="number">{t("tasks.col_share")}</th>
          </tr>
        </thead>
        <tbody>
          {regions(task).map(({ one, street }) => (
            <tr key={one.region.code} class={street ? "is-street" : ""}>
              <th scope="row">{say(one.region.name)}</th>
              <td class="number">
                {number(one.done)} / {number(one.grids)}
              </td>
              <td class="number">{one.share === null ? "–" : percent(one.share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{t("tasks.receipts", { n: number(task.receipts.length) })}</h3>
      <ul class="receipts">
        {task.receipts
          .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.grid.code.localeCompare(b.grid.code))
          .map((one) => (
            <ReceiptRow key={one.grid.code} receipt={one} />
          ))}
      </ul>
    </article>
  );
}

/** Each subdistrict, then its communities: their codes begin with its own. */
function regions(task: TaskDetail): { one: RegionCompletion; street: boolean }[] {
  const below = (street: RegionCompletion) => task.by_community.filter((one) => one.region.code.startsWith(street.region.code));
  const rest = task.by_community.filter((one) => !task.by_street.some((street) => one.region.code.startsWith(street.region.code)));
  return [
    ...task.by_street.flatMap((street) => [{ one: street, street: true }, ...below(street).map((one) => ({ one, street: false }))]),
    ...rest.map((one) => ({ one, street: false })),
  ];
}

function ReceiptRow({ receipt: one }: { receipt: Receipt }) {
  const point = (): void => void (pointedZone.value = { layer: "base_grid", code: one.grid.code });
  const release = (): void => void (pointedZone.value = null);
  return (
    <li class={`receipt is-${one.state}`} onPointerEnter={point} onPointerLeave={release}>
      <span class="receipt-state small">{t(`receipt.${one.state}`)}</span>
      <span>
        {say(one.grid.name) || one.grid.code} <span class="code">{one.grid.code}</span>
        {(one.note || one.count !== null) && <span class="small block">{[one.count === null ? null : number(one.count), one.note].filter(Boolean).join(" · ")}</span>}
      </span>
      <span class="small muted">{one.state === "waiting" ? (one.reminders > 0 ? t("tasks.reminders", { n: one.reminders }) : "") : [one.done_by ?? one.acknowledged_by, shortMoment(one.since, now.value)].filter(Boolean).join(" · ")}</span>
    </li>
  );
}

function Doings({ task, onChanged }: { task: TaskDetail; onChanged: (task: TaskDetail) => void }) {
  const [reason, setReason] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const run = async (act: () => Promise<TaskDetail>, said: string): Promise<void> => {
    if (!someone() || busy) return;
    setBusy(true);
    setTrouble(null);
    try {
      onChanged(await act());
      setReason(null);
      announcement.value = flash.value = said;
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.code === "unreachable" ? t("notice.unreachable") : error.message);
    } finally {
      setBusy(false);
    }
  };
  const left = task.completion.waiting + task.completion.acknowledged;
  return (
    <div class="task-doings">
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {!may("tasks_issue") ? null : reason === null ? (
        <div class="panel-actions">
          <button type="button" class="button" disabled={left === 0} aria-disabled={busy} onClick={() => void run(() => remindTask(task.code, actor.peek()), t("tasks.reminded_now", { n: number(left) }))}>
            {t("tasks.remind", { n: number(left) })}
          </button>
          <button type="button" class="button" onClick={() => setReason("")}>
            {t("tasks.cancel")}
          </button>
        </div>
      ) : (
        <form
          class="report boxed"
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim()) void run(() => cancelTask(task.code, actor.peek(), reason.trim()), t("tasks.cancelled"));
          }}
        >
          <Field id={`${id}-reason`} label={t("field.reason")} required>
            <textarea id={`${id}-reason`} rows={2} maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          </Field>
          <div class="panel-actions">
            <button type="submit" class="button danger" disabled={!reason.trim()} aria-disabled={busy}>
              {t("tasks.cancel")}
            </button>
            <button type="button" class="button" onClick={() => setReason(null)}>
              {t("override.cancel")}
            </button>
          </div>
        </form>
      )}
    </div>
  );
}
