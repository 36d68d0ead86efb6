import { useEffect, useState } from "preact/hooks";
import { dateTime } from "../format";
import { say, t } from "../i18n";
import { Trouble } from "../parts/Trouble";
import { asApiError } from "../parts/load";
import type { ApiError } from "../api/client";
import { answerTask, loadTasks, type UrgentTask } from "./api";
import * as db from "./database";
import { myGrid, online, tell, who } from "./state";

const STATES = { waiting: "patrol.task.waiting", acknowledged: "patrol.task.acknowledged", done: "patrol.task.done" } as const;

/** Urgent tasks of the grid the worker is in: received, done. */
export function TasksTab() {
  const [tasks, setTasks] = useState<UrgentTask[]>([]);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const grid = myGrid.value;
  const read = async (abort?: AbortSignal): Promise<void> => {
    if (!grid) return;
    try {
      const { items } = await loadTasks(grid.code, abort);
      setTasks(items);
      setFailure(null);
      await db.putNote("tasks", items);
    } catch (cause) {
      if (abort?.aborted) return;
      setFailure(asApiError(cause));
      setTasks((await db.note<UrgentTask[]>("tasks")) ?? []);
    }
  };
  useEffect(() => {
    const abort = new AbortController();
    void read(abort.signal);
    return () => abort.abort();
  }, [grid?.code, online.value]);
  if (!grid) return <p class="empty">{t("patrol.no_grid")}</p>;
  return (
    <>
      <p class="muted small tasks-grid">{t("patrol.my_grid", { grid: say(grid.name), code: grid.code })}</p>
      {failure && <Trouble error={failure} again={() => void read()} />}
      {tasks.length === 0 && !failure && <p class="empty">{t("patrol.tasks_empty")}</p>}
      <ul class="entries" aria-label={t("patrol.tab.tasks")}>
        {tasks.map((task) => (
          <TaskCard key={task.code} task={task} grid={grid.code} changed={() => void read()} />
        ))}
      </ul>
    </>
  );
}

function TaskCard({ task, grid, changed }: { task: UrgentTask; grid: string; changed: () => void }) {
  const [note, setNote] = useState("");
  const [count, setCount] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const state = task.mine?.state ?? "waiting";
  const words = STATES[state as keyof typeof STATES];
  const answer = async (action: "acknowledge" | "done"): Promise<void> => {
    try {
      const said = action === "done" ? { ...(note.trim() ? { note: note.trim() } : {}), ...(count ? { count: Number(count) } : {}) } : {};
      await answerTask(task.code, who.value, grid, action, said);
      setProblem(null);
      tell(t(action === "done" ? "patrol.task_done" : "patrol.task_received"));
      changed();
    } catch (cause) {
      const error = asApiError(cause);
      setProblem(error.code === "unreachable" ? t("patrol.task_offline") : error.message);
    }
  };
  return (
    <li class="card entry" data-task={task.code} data-state={state}>
      <div class="card-head">
        <h2>{say(task.title)}</h2>
        <span class={`entry-state is-task-${state}`}>{words ? t(words) : state}</span>
      </div>
      <p class="task-text">{say(task.text)}</p>
      {task.forward && (
        <details>
          <summary>{t("patrol.task_forward")}</summary>
          <p class="task-text">{say(task.forward)}</p>
        </details>
      )}
      <p class={task.state === "overdue" ? "warning small" : "muted small"}>{t("patrol.task_due", { at: dateTime(task.due_at), by: task.issued_by })}</p>
      {state === "waiting" && (
        <button type="button" class="button primary wide" disabled={!who.value.by || !online.value} onClick={() => void answer("acknowledge")}>
          {t("patrol.task_receive")}
        </button>
      )}
      {state !== "done" && (
        <form
          class="task-form"
          onSubmit={(event) => {
            event.preventDefault();
            void answer("done");
          }}
        >
          <label>
            <span class="label">{t("patrol.task_note")}</span>
            <input value={note} maxLength={500} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <label>
            <span class="label">{t("patrol.task_count")}</span>
            <input type="number" inputMode="numeric" min={0} max={1000000} value={count} onInput={(event) => setCount(event.currentTarget.value)} />
          </label>
          <button type="submit" class="button" disabled={!who.value.by || !online.value}>
            {t("patrol.task_finish")}
          </button>
        </form>
      )}
      {!who.value.by && <p class="muted small">{t("patrol.need_name")}</p>}
      {problem && <p class="trouble small">{problem}</p>}
    </li>
  );
}
