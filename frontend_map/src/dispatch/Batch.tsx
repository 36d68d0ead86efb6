import { useEffect, useRef, useState } from "preact/hooks";
import { takeSteps, type BatchAnswer, type CaseAction, type StepFields } from "../api/cases";
import { number } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { asApiError } from "../parts/load";
import { actorFor } from "../state/acting";
import type { ActorFields } from "../state/actor";
import { announcement, flash } from "../state/store";
import { BATCH_ACTIONS, batchFields } from "./batch_actions";
import { afterStep, readList } from "./feed";
import { cleaned, isGrave, missing } from "./fields";
import { StepField } from "./StepField";
import { refusalText, someone } from "./steps";
import * as desk from "./state";
import type { ApiError } from "../api/client";

/** The most that the server takes at once. */
const MOST = 500;

/** How many rows are marked, and what may be done with them. */
export function BatchBar() {
  const marked = desk.marked.value;
  const rows = desk.rows.value;
  if (marked.size === 0) return null;
  const all = rows.length > 0 && rows.every((row) => marked.has(row.number));
  return (
    <div class="change-bar batch-bar" role="group" aria-label={t("batch.title")}>
      <strong>{t("batch.marked", { n: number(marked.size) })}</strong>
      <span class="change-tools">
        {!all && (
          <button type="button" class="link small" onClick={() => (desk.marked.value = new Set([...marked, ...rows.map((row) => row.number)].slice(0, MOST)))}>
            {t("batch.mark_all", { n: number(rows.length) })}
          </button>
        )}
        <button type="button" class="link small" onClick={() => (desk.marked.value = new Set())}>
          {t("batch.unmark")}
        </button>
        <button type="button" class="button primary" onClick={() => someone() && (desk.batchOpen.value = true)}>
          {t("batch.open")}
        </button>
      </span>
    </div>
  );
}

export function BatchDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = desk.batchOpen.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog batch-dialog" aria-label={t("batch.title")} onClose={() => (desk.batchOpen.value = false)}>
      {open && <Batch />}
    </dialog>
  );
}

/** One request for each organisation that is acted for; mostly that is one. */
async function takeAll(numbers: readonly string[], action: string, fields: StepFields, trial: boolean): Promise<BatchAnswer> {
  const groups = new Map<string, { who: ActorFields; numbers: string[] }>();
  for (const one of numbers) {
    const who = actorFor([desk.rows.peek().find((row) => row.number === one)?.responsible?.code]);
    const group = groups.get(who.organisation ?? "") ?? { who, numbers: [] };
    group.numbers.push(one);
    groups.set(who.organisation ?? "", group);
  }
  const all: BatchAnswer = { done: [], refused: [] };
  for (const group of groups.values()) {
    const answer = await takeSteps(group.numbers, group.who, action, fields, trial);
    all.done.push(...answer.done);
    all.refused.push(...answer.refused);
  }
  return all;
}

/** One step for many: first what would happen, then, on a second press, that and nothing else. */
function Batch() {
  const [numbers] = useState(() => [...desk.marked.peek()].slice(0, MOST));
  const [action, setAction] = useState<string>(() => BATCH_ACTIONS[0]!);
  const [fields, setFields] = useState<StepFields>({});
  const [tried, setTried] = useState(false);
  const [preview, setPreview] = useState<BatchAnswer | null>(null);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = batchFields(action);
  const spec: Pick<CaseAction, "needs"> = asked;
  const lacks = tried ? missing(spec, fields) : [];
  const change = (run: () => void): void => {
    run();
    setPreview(null);
    setRefusal(null);
  };
  const send = async (only: readonly string[], trial: boolean): Promise<void> => {
    setTried(true);
    if (busy || missing(spec, fields).length > 0) return;
    setBusy(true);
    try {
      const answer = await takeAll(only, action, cleaned(fields), trial);
      setRefusal(null);
      if (trial) {
        setPreview(answer);
        announcement.value = t("batch.would", { done: number(answer.done.length), refused: number(answer.refused.length) });
        return;
      }
      const said = t("batch.done", { name: t(`do.${action}` as "do.accept"), n: number(answer.done.length) });
      announcement.value = said;
      flash.value = said;
      // What could not be done after all stays marked, to be looked at.
      desk.marked.value = new Set(numbers.filter((one) => !answer.done.some((each) => each.number === one)));
      desk.batchOpen.value = false;
      afterStep();
      void readList();
    } catch (cause) {
      setRefusal(asApiError(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="report"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void (preview && preview.done.length > 0 ? send(preview.done.map((one) => one.number), false) : send(numbers, true));
      }}
    >
      <header class="panel-head">
        <h2>{t("batch.heading", { n: number(numbers.length) })}</h2>
        <button type="button" class="icon-button" aria-label={t("app.close")} onClick={() => (desk.batchOpen.value = false)}>
          <Glyph name="close" />
        </button>
      </header>
      <label>
        <span class="label">{t("batch.action")}</span>
        <select
          name="batch-action"
          value={action}
          onChange={(event) =>
            change(() => {
              setAction(event.currentTarget.value);
              setFields({});
              setTried(false);
            })
          }
        >
          {BATCH_ACTIONS.map((one) => (
            <option key={one} value={one}>
              {t(`do.${one}` as "do.accept")}
            </option>
          ))}
        </select>
      </label>
      {[...asked.needs, ...asked.takes].map((name) => (
        <StepField
          key={`${action} ${name}`}
          id={`batch-${name}`}
          action={action}
          name={name}
          required={asked.needs.includes(name)}
          value={fields[name]}
          suggested={[]}
          error={lacks.includes(name) ? t("step.needed") : undefined}
          onChange={(value) => change(() => setFields({ ...fields, [name]: value }))}
        />
      ))}
      {refusal && (
        <p class="trouble" role="alert">
          {refusalText(refusal)}
        </p>
      )}
      {preview && <Preview answer={preview} />}
      <div class="panel-actions">
        <button type="submit" class={preview && isGrave(action) ? "button danger" : "button primary"} disabled={preview !== null && preview.done.length === 0} aria-disabled={busy} data-batch={preview ? "do" : "preview"}>
          {preview ? t("batch.do", { name: t(`do.${action}` as "do.accept"), n: number(preview.done.length) }) : t("batch.preview")}
        </button>
        <button type="button" class="button" onClick={() => (desk.batchOpen.value = false)}>
          {t("override.cancel")}
        </button>
      </div>
    </form>
  );
}

/** What will happen, and what will not, with the reasons. */
function Preview({ answer }: { answer: BatchAnswer }) {
  const names = new Map(desk.rows.value.map((row) => [row.number, say(row.category.name)]));
  return (
    <div class="batch-preview" role="region" aria-label={t("batch.preview")} tabIndex={0}>
      <p>
        <strong class="will">{t("batch.will", { n: number(answer.done.length) })}</strong>
      </p>
      {answer.refused.length > 0 && (
        <>
          <p>
            <strong class="will-not">{t("batch.will_not", { n: number(answer.refused.length) })}</strong>
          </p>
          <ul class="small">
            {answer.refused.map((one) => (
              <li key={one.number} data-refused={one.number}>
                <span class="code">{one.number}</span> {names.get(one.number)}
                <span class="muted block">{one.reasons.map(say).join("; ")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
