import { useEffect, useId, useRef, useState } from "preact/hooks";
import { gridsMet, issueTask, type TaskArea } from "../api/tasks";
import { findZones } from "../api/zones";
import type { ZoneSummary } from "../api/types";
import { cityMoment, number } from "../format";
import { say, t } from "../i18n";
import { Combo, type Option } from "../parts/Combo";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { asApiError, useLoad } from "../parts/load";
import { actor } from "../state/actor";
import { announcement, cityLayers, flash, layerName, mapState, shownZones } from "../state/store";
import { someone } from "./steps";
import * as desk from "./state";
import { USUAL_SIDES_M, corners, drawnArea, dropCorner, forgetDrawing, newTask, openTask, sides, startDrawing } from "./tasks";

const TERRITORY: ReadonlySet<string> = new Set(["region", "base_grid", "specialist"]);

async function find(text: string, abort: AbortSignal): Promise<Option<ZoneSummary>[]> {
  const layers = cityLayers.value.filter((one) => TERRITORY.has(one.kind));
  const found = await Promise.all(layers.map((one) => findZones(one.code, text, abort)));
  return found
    .flat()
    .slice(0, 30)
    .map((zone) => ({ key: `${zone.layer}:${zone.code}`, label: say(zone.name) || zone.code, detail: `${say(layerName(zone.layer))} · ${zone.code}`, value: zone }));
}

/** A new task: what, until when, for which grids; how many those are is said before it is sent. */
export function NewTaskForm() {
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [forward, setForward] = useState("");
  const [due, setDue] = useState("");
  const [zones, setZones] = useState<readonly ZoneSummary[]>([]);
  const [tried, setTried] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => first.current?.focus(), []);
  const shape = drawnArea.value;
  const area: TaskArea | null = shape && !desk.drawing.value ? shape : zones.length > 0 ? { zones: zones.map((one) => `${one.layer}:${one.code}`) } : null;
  const met = useLoad(area ? JSON.stringify(area) : null, (abort) => gridsMet(area!, abort));
  useEffect(() => {
    shownZones.value = area && met.value ? met.value.grids.map((code) => ({ layer: "base_grid", code })) : [];
  }, [met.value, area === null]);
  useEffect(() => () => void (shownZones.value = []), []);

  const lacks = {
    title: tried && !title.trim(),
    text: tried && !text.trim(),
    due: tried && cityMoment(due) === null,
    area: tried && area === null,
  };
  const close = (): void => {
    forgetDrawing();
    newTask.value = false;
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    const moment = cityMoment(due);
    if (busy || !title.trim() || !text.trim() || moment === null || area === null || !someone()) return;
    setBusy(true);
    setTrouble(null);
    try {
      const task = await issueTask(actor.peek(), { title: { zh: title.trim() }, text: { zh: text.trim() }, forward: forward.trim() ? { zh: forward.trim() } : null, due_at: moment, area });
      announcement.value = flash.value = t("tasks.issued", { n: number(task.completion.grids) });
      close();
      openTask.value = task.code;
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.code === "unreachable" ? t("notice.unreachable") : error.errors.length > 0 ? error.errors.map((one) => one.message).join("; ") : error.message);
      setBusy(false);
    }
  };

  return (
    <div class="desk-body tasks">
      <form class="report" noValidate aria-label={t("tasks.new")} onSubmit={(event) => void submit(event)}>
        <h2>{t("tasks.new")}</h2>
        {trouble && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
        <Field id={`${id}-title`} label={t("tasks.title")} required error={lacks.title ? t("step.needed") : undefined}>
          <input ref={first} id={`${id}-title`} name="task-title" maxLength={100} autocomplete="off" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-text`} label={t("tasks.text")} required error={lacks.text ? t("step.needed") : undefined}>
          <textarea id={`${id}-text`} name="task-text" rows={3} maxLength={4000} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-forward`} label={t("tasks.forward")}>
          <textarea id={`${id}-forward`} name="task-forward" rows={2} maxLength={4000} value={forward} onInput={(event) => setForward(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-due`} label={t("tasks.due")} required error={lacks.due ? t("step.needed") : undefined}>
          <input id={`${id}-due`} name="task-due" type="datetime-local" value={due} onInput={(event) => setDue(event.currentTarget.value)} />
        </Field>
        <fieldset class="group" data-field="area">
          <legend>{t("tasks.area")}</legend>
          {corners.value.length === 0 && !desk.drawing.value && (
            <>
              {zones.length > 0 && (
                <ul class="chips">
                  {zones.map((one) => (
                    <li key={one.layer + one.code}>
                      <button type="button" class="chip" aria-label={t("step.drop", { name: say(one.name) })} onClick={() => setZones(zones.filter((each) => each !== one))}>
                        {say(one.name) || one.code}
                        <Glyph name="close" size={12} />
                      </button>
                    </li>
                  ))}
                </ul>
              )}
              <Combo<ZoneSummary>
                label={t("tasks.zone")}
                name="task-zone"
                none={t("tasks.zone_none")}
                find={find}
                onTake={(zone) => setZones([...zones.filter((one) => one.code !== zone.code || one.layer !== zone.layer), zone])}
              />
            </>
          )}
          {mapState.value !== "absent" && zones.length === 0 && <Drawing lines />}
          {lacks.area && <p class="field-error">{t("tasks.need_area")}</p>}
          {met.error && <p class="field-error">{met.error.message}</p>}
          {area && met.value && (
            <p class="preview" role="status">
              {t("tasks.meets", { n: number(met.value.count) })}
            </p>
          )}
        </fieldset>
        <div class="panel-actions">
          <button type="submit" class="button primary" aria-disabled={busy}>
            {busy ? t("report.sending") : area && met.value ? t("tasks.issue_to", { n: number(met.value.count) }) : t("tasks.issue")}
          </button>
          <button type="button" class="button" onClick={close}>
            {t("override.cancel")}
          </button>
        </div>
      </form>
    </div>
  );
}

/** Drawing the area: clicks, or Enter with the map focused, set its corners. `lines`: or a line, with so many metres to both sides. */
export function Drawing({ lines = false }: { lines?: boolean }) {
  const many = corners.value.length;
  if (!desk.drawing.value && many === 0) {
    return (
      <div class="panel-actions">
        <button type="button" class="button" onClick={() => startDrawing()}>
          <Glyph name="border" size={15} />
          {t("tasks.draw")}
        </button>
        {lines && (
          <button type="button" class="button" data-action="draw-line" onClick={() => startDrawing(USUAL_SIDES_M)}>
            <Glyph name="border" size={15} />
            {t("tasks.draw_line")}
          </button>
        )}
      </div>
    );
  }
  return (
    <div class="drawing">
      <p class="small">{desk.drawing.value ? t("tasks.draw_how") : t("tasks.drawn", { n: many })}</p>
      {sides.value !== null && (
        <label class="small">
          {t("tasks.sides")}{" "}
          <input
            name="task-sides"
            type="number"
            min={1}
            max={50_000}
            step={10}
            value={sides.value}
            onChange={(event) => (sides.value = Math.min(50_000, Math.max(1, Number(event.currentTarget.value) || USUAL_SIDES_M)))}
          />
        </label>
      )}
      <div class="panel-actions">
        {desk.drawing.value && (
          <>
            <button type="button" class="button primary" disabled={many < (sides.value === null ? 3 : 1)} onClick={() => (desk.drawing.value = false)}>
              {t("tools.finish")}
            </button>
            <button type="button" class="button" disabled={many === 0} onClick={dropCorner}>
              {t("tasks.drop_corner")}
            </button>
          </>
        )}
        <button type="button" class="button" onClick={forgetDrawing}>
          {t("tools.discard")}
        </button>
      </div>
    </div>
  );
}
