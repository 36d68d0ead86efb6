import { useEffect } from "preact/hooks";
import { loadTasks, type Completion, type TaskSummary } from "../api/tasks";
import { dateTime, number, percent } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { ClockSign } from "./ClockMark";
import { NewTaskForm } from "./NewTaskForm";
import { now } from "./now";
import { durationText } from "./remaining";
import { someone } from "./steps";
import * as desk from "./state";
import { TaskCard } from "./TaskCard";
import { forgetDrawing, newTask, openTask, taskShapes } from "./tasks";
import { may } from "../state/session";

/** Urgent tasks: what was asked of which grids, and how far they are. */
export function Tasks() {
  useEffect(
    () => () => {
      forgetDrawing();
      newTask.value = false;
      openTask.value = null;
      taskShapes.value = null;
    },
    [],
  );
  if (newTask.value) return <NewTaskForm />;
  if (openTask.value !== null) return <TaskCard code={openTask.value} />;
  return <TaskList />;
}

function TaskList() {
  const { value, error, loading, again } = useLoad(`${desk.changed.value}`, (abort) => loadTasks([], abort));
  const found = value?.items ?? [];
  return (
    <div class="desk-body tasks">
      <p class="desk-intro">
        <span class="small muted">{t("tasks.intro")}</span>
        <button type="button" class="button primary" hidden={!may("tasks_issue")} onClick={() => someone() && (newTask.value = true)}>
          <Glyph name="plus" size={15} />
          {t("tasks.new")}
        </button>
      </p>
      {loading && !value && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {!loading && !error && found.length === 0 && <p class="empty">{t("tasks.empty")}</p>}
      <ul class="task-list" aria-label={t("desk.tab.tasks")}>
        {found.map((one) => (
          <li key={one.code}>
            <button type="button" class="task-row" data-task={one.code} onClick={() => (openTask.value = one.code)}>
              <span class="task-head">
                <strong>{say(one.title)}</strong>
                <TaskState task={one} />
              </span>
              <Share completion={one.completion} />
              <span class="small muted">
                {[one.issued_by, dateTime(one.issued_at)].join(" · ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Where a task stands, with what is left of its time. */
export function TaskState({ task }: { task: TaskSummary }) {
  if (task.state === "done" || task.state === "cancelled") return <span class={`badge plain task-state is-${task.state}`}>{t(`tasks.${task.state}`)}</span>;
  const left = (Date.parse(task.due_at) - now.value) / 1000;
  const late = left < 0;
  return (
    <span class={late ? "clock is-overdue" : "clock is-running"} title={t("due.at", { date: dateTime(task.due_at) })}>
      <ClockSign state={late ? "overdue" : "running"} />
      {t(late ? "due.late" : "due.left", { time: durationText(left) })}
    </span>
  );
}

/** Done, acknowledged, waiting: as a bar and as numbers. */
export function Share({ completion: c }: { completion: Completion }) {
  const all = Math.max(1, c.grids);
  return (
    <span class="share">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" class="share-waiting" />
        <rect width={((c.done + c.acknowledged) / all) * 100} height="6" class="share-acknowledged" />
        <rect width={(c.done / all) * 100} height="6" class="share-done" />
      </svg>
      <span class="small">
        <strong>{c.share === null ? "–" : percent(c.share)}</strong> {t("tasks.share", { done: number(c.done), acknowledged: number(c.acknowledged), waiting: number(c.waiting), all: number(c.grids) })}
      </span>
    </span>
  );
}
