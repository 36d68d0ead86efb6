import { useEffect, useId, useRef, useState } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { create, divide, rename } from "./actions";
import { partsWithin } from "./balance";
import { ask, band, draft, type Ask } from "./state";
import { zoneName } from "./words";

/** The few words or the number that a tool needs. */
export function AskDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = ask.value;
  useEffect(() => {
    if (now && !dialog.current?.open) dialog.current?.showModal();
    if (!now && dialog.current?.open) dialog.current.close();
  }, [now]);
  return (
    <dialog ref={dialog} class="dialog ask" aria-label={now ? t(`tool.${now.what}`) : t("planner.title")} onClose={() => (ask.value = null)}>
      {now?.what === "divide" && <Divide zone={now.zone} />}
      {now && now.what !== "divide" && <Name key={JSON.stringify(now)} now={now} />}
    </dialog>
  );
}

function Form({ title, children, onDone }: { title: string; children: preact.ComponentChildren; onDone: () => boolean }) {
  return (
    <form
      class="report"
      onSubmit={(event) => {
        event.preventDefault();
        if (onDone()) ask.value = null;
      }}
    >
      <h2>{title}</h2>
      {children}
      <div class="panel-actions">
        <button type="submit" class="button primary">
          {t("ask.do")}
        </button>
        <button type="button" class="button" onClick={() => (ask.value = null)}>
          {t("newplan.cancel")}
        </button>
      </div>
    </form>
  );
}

function Divide({ zone }: { zone: number }) {
  const id = useId();
  const households = draft.value?.sumsOf(zone).households ?? 0;
  const middle = (band.value.min + band.value.max) / 2;
  const { least, most } = partsWithin(households, band.value);
  const [parts, setParts] = useState(String(Math.max(2, Math.min(most, Math.max(least, Math.round(households / middle))))));
  const n = Number(parts);
  const bad = !Number.isInteger(n) || n < 2 || n > 50;
  return (
    <Form
      title={`${t("tool.divide")} · ${zoneName(draft.value, zone)}`}
      onDone={() => {
        if (!bad) divide(zone, n);
        return !bad;
      }}
    >
      <div class="field">
        <label class="label" for={id}>
          {t("ask.parts")}
        </label>
        <input id={id} name="parts" inputMode="numeric" autofocus value={parts} aria-invalid={bad ? "true" : undefined} onInput={(event) => setParts(event.currentTarget.value)} />
        <p class="hint">
          {most < Math.max(2, least)
            ? t("ask.parts_none", { households: number(households) })
            : least === most || most === 2
              ? t("ask.parts_one", { households: number(households), n: most })
              : t("ask.parts_hint", { households: number(households), least: Math.max(2, least), most })}{" "}
          {!bad && t("ask.parts_each", { n: number(Math.round(households / n)) })}
        </p>
      </div>
    </Form>
  );
}

function Name({ now }: { now: NonNullable<Ask> }) {
  const id = useId();
  const old = now.what === "rename" ? draft.value?.zones.get(now.zone)?.name : undefined;
  const [zh, setZh] = useState(old?.zh ?? "");
  const [en, setEn] = useState(old?.en ?? "");
  const [tried, setTried] = useState(false);
  const bad = zh.trim() === "";
  return (
    <Form
      title={now.what === "create" ? `${t("tool.create")} · ${t("steps.units", { n: number(now.units.length) })}` : `${t("tool.rename")} · ${zoneName(draft.value, now.zone)}`}
      onDone={() => {
        setTried(true);
        if (bad) return false;
        const name = { zh: zh.trim(), en: en.trim() || null };
        if (now.what === "create") create(now.units, name);
        else if (now.what === "rename") rename(now.zone, name);
        return true;
      }}
    >
      <div class="field">
        <label class="label" for={`${id}-zh`}>
          {t("ask.name_zh")}
        </label>
        <input id={`${id}-zh`} name="name_zh" autofocus maxLength={100} value={zh} aria-invalid={tried && bad ? "true" : undefined} onInput={(event) => setZh(event.currentTarget.value)} />
        {tried && bad && <p class="field-error">{t("newplan.need_name")}</p>}
      </div>
      <div class="field">
        <label class="label" for={`${id}-en`}>
          {t("ask.name_en")}
        </label>
        <input id={`${id}-en`} name="name_en" maxLength={100} value={en} onInput={(event) => setEn(event.currentTarget.value)} />
      </div>
    </Form>
  );
}
