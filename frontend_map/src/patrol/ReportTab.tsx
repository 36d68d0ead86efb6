import { useEffect, useRef, useState } from "preact/hooks";
import { say, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { Field } from "../parts/Field";
import { actorName } from "../state/actor";
import { categories } from "../state/store";
import { Alike } from "./Alike";
import { Photos } from "./Photos";
import { PlaceCard } from "./PlaceCard";
import { missing, type IntakePath, type Missing } from "./outbox";
import { account, change, discard, draft, entries, online, recentCategories, submit, who } from "./state";

const PATHS: readonly IntakePath[] = ["escalate", "self"];
const UNDER: Record<Missing, string> = { need_category: "category", need_before: "before", need_after: "after", need_result: "result", need_name: "by" };

export function ReportTab() {
  const value = draft.value;
  const [lacking, setLacking] = useState<Missing[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [sure, setSure] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const editing = entries.value.some((entry) => entry.id === value.id);
  const self = value.path === "self";
  const chosen = categories.value.find((category) => category.key === value.category);
  const error = (which: string): string | undefined => {
    const found = lacking.find((one) => UNDER[one] === which);
    return found && t(`patrol.${found}`);
  };
  // A correction takes its complaint away at once.
  useEffect(() => {
    if (lacking.length > 0) setLacking(check());
  }, [value, actorName.value]);

  const check = (): Missing[] => missing({ category: draft.value.category ?? "", path: draft.value.path, photos: draft.value.photos, result: draft.value.result, actor: who.value });

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = check();
    setLacking(found);
    setFailure(null);
    if (found.length > 0) {
      requestAnimationFrame(() => summary.current?.focus());
      return;
    }
    setBusy(true);
    try {
      await submit(chosen?.name ?? { zh: value.category!, en: null });
      document.getElementById("patrol-main")?.scrollTo({ top: 0 });
    } catch (cause) {
      setFailure(t("patrol.no_storage", { detail: String(cause) }));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="report patrol-form" noValidate onSubmit={(event) => void send(event)} aria-label={t("patrol.tab.report")}>
      {editing && <p class="note">{t("patrol.editing")}</p>}
      {(lacking.length > 0 || failure) && (
        <div class="trouble" role="alert" tabIndex={-1} ref={summary}>
          {failure ?? (
            <ul>
              {lacking.map((one) => (
                <li key={one}>{t(`patrol.${one}`)}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <fieldset class="path-choice">
        <legend class="visually-hidden">{t("patrol.path")}</legend>
        {PATHS.map((path) => (
          <label key={path} class="path">
            <input type="radio" name="path" value={path} checked={value.path === path} onChange={() => change({ path })} />
            <strong>{t(`patrol.path.${path}`)}</strong>
            <span class="muted small">{t(`patrol.path.${path}_hint`)}</span>
          </label>
        ))}
      </fieldset>
      {self ? (
        <div class="two-photos">
          <Photos role="before" required error={error("before")} />
          <Photos role="after" required error={error("after")} />
        </div>
      ) : (
        <Photos role="scene" />
      )}
      <PlaceCard />
      <section class="card">
        {recentCategories.value.length > 0 && (
          <ul class="chips" aria-label={t("patrol.recent")}>
            {recentCategories.value.map((key) => {
              const category = categories.value.find((one) => one.key === key);
              return (
                category && (
                  <li key={key}>
                    <button type="button" class="chip" aria-pressed={value.category === key} onClick={() => change({ category: key })}>
                      {say(category.name)}
                    </button>
                  </li>
                )
              );
            })}
          </ul>
        )}
        {/* Chosen by a chip, the list closes. */}
        <CategoryPicker key={`${value.id} ${value.category ?? ""}`} label={t("report.category")} value={value.category} onChange={(category) => change({ category })} error={error("category")} required {...(value.category ? { anyLabel: t("patrol.category_none") } : {})} />
      </section>
      {value.category && value.place && online.value && <Alike place={value.place} category={value.category} text={value.text} />}
      <Field id="patrol-text" label={t("report.text")}>
        <textarea id="patrol-text" name="text" rows={3} maxLength={4000} placeholder={t("patrol.text_hint")} value={value.text} onInput={(event) => change({ text: event.currentTarget.value })} />
      </Field>
      {self && (
        <Field id="patrol-result" label={t("patrol.result")} error={error("result")} required>
          <textarea id="patrol-result" name="result" rows={2} maxLength={2000} placeholder={t("patrol.result_hint")} aria-invalid={error("result") ? "true" : undefined} value={value.result} onInput={(event) => change({ result: event.currentTarget.value })} />
        </Field>
      )}
      <Field id="patrol-address" label={t("patrol.address")} hint={t("patrol.address_hint")}>
        <input id="patrol-address" name="address" maxLength={300} autocomplete="off" value={value.address} onInput={(event) => change({ address: event.currentTarget.value, addressOwn: event.currentTarget.value !== "" })} />
      </Field>
      {!self && (
        <label class="check urgent">
          <input type="checkbox" name="urgent" checked={value.urgency === "urgent"} onChange={(event) => change({ urgency: event.currentTarget.checked ? "urgent" : "normal" })} />
          {t("patrol.urgent")}
        </label>
      )}
      {account.value === null && !actorName.value.trim() && (
        <Field id="patrol-by" label={t("patrol.who")} error={error("by")} required>
          <input id="patrol-by" name="by" maxLength={60} autocomplete="name" aria-invalid={error("by") ? "true" : undefined} onChange={(event) => (actorName.value = event.currentTarget.value)} />
        </Field>
      )}
      <div class="send-bar">
        {(editing || value.photos.length > 0 || value.text) && (
          <button
            type="button"
            class="button"
            onBlur={() => setSure(false)}
            onClick={() => {
              if (!editing && !sure) return setSure(true);
              setSure(false);
              setLacking([]);
              void discard();
            }}
          >
            {t(editing ? "patrol.cancel" : sure ? "patrol.discard_sure" : "patrol.discard")}
          </button>
        )}
        <button type="submit" class="button primary" disabled={busy}>
          {online.value ? t(self ? "patrol.send_self" : "patrol.send") : t("patrol.send_offline")}
        </button>
      </div>
    </form>
  );
}
