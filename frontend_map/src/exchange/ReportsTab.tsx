import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { loadSubscriptions, reportQuery, subscribe, unsubscribe, type Subscription } from "../api/exchange";
import type { Organisation } from "../api/organisations";
import type { ZoneSummary } from "../api/types";
import { ownOrganisationOptions, ownZoneOptions } from "../department/finders";
import { fileName } from "../department/exports";
import { date, dateTime } from "../format";
import { lang, say, t, type Lang } from "../i18n";
import { Combo } from "../parts/Combo";
import { Confirm } from "../parts/Confirm";
import { Download } from "../parts/Download";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { subscribing } from "./state";
import { lastWeek, queryText } from "./words";

/** Who gets the weekly report by e-mail, of what, and what became of the last one. */
export function ReportsTab() {
  const { value, error, again } = useLoad("subscriptions", loadSubscriptions);
  const [adding, setAdding] = useState(subscribing.peek() !== null);
  const [sure, setSure] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const end = async (id: number): Promise<void> => {
    try {
      await unsubscribe(id);
      setSure(null);
      again();
    } catch (cause) {
      setTrouble(asApiError(cause).message);
    }
  };
  return (
    <div class="desk-body" tabIndex={-1}>
      <p class="small muted intro">{t("subscription.intro")}</p>
      {value && <p class={value.next_at ? "small" : "note small"}>{value.next_at ? t("subscription.next", { date: dateTime(value.next_at) }) : t("subscription.no_mail")}</p>}
      <div class="part-ways">
        <button type="button" class="button primary" aria-expanded={adding} onClick={() => setAdding(!adding)}>
          {t("subscription.add")}
        </button>
      </div>
      {adding && (
        <SubscriptionForm
          onDone={(made) => {
            setAdding(false);
            if (made) again();
          }}
        />
      )}
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {error && <Trouble error={error} again={again} />}
      {!value && !error && <Waiting />}
      {value?.items.length === 0 && !adding && <p class="empty">{t("subscription.none")}</p>}
      <ul class="account-list">
        {value?.items.map((one) => (
          <li key={one.id} data-subscription={one.id} class="token-row">
            <div>
              <p>
                <strong>{one.recipient}</strong> <span class="badge plain">{t(`subscription.language.${one.language}`)}</span>
              </p>
              <p class="small">{queryText(one.query)}</p>
              <p class="small muted">{[lastText(one), t("subscription.by", { name: one.owner, date: date(one.created_at) })].join(" · ")}</p>
              {one.last?.last_error && <p class="small warning">{one.last.last_error}</p>}
              {sure === one.id && (
                <Confirm question={t("subscription.end_sure", { name: one.recipient })} action={t("subscription.end")} onDo={() => void end(one.id)} onCancel={() => setSure(null)} />
              )}
            </div>
            {sure !== one.id && (
              <div class="row-ways">
                <Preview query={one.query} language={one.language} name={one.recipient} />
                <button type="button" class="button" aria-label={t("subscription.end_one", { name: one.recipient })} onClick={() => setSure(one.id)}>
                  {t("subscription.end")}…
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const lastText = ({ last }: Subscription): string => (last === null ? t("subscription.never") : t(`subscription.last.${last.state}`, { week: date(last.week), date: dateTime(last.sent_at), n: last.attempts }));

/** The report of the week before, as it would come. */
function Preview({ query, language, name }: { query: string; language: Lang; name?: string }) {
  return (
    <Download
      label={t("subscription.preview")}
      {...(name ? { spoken: t("subscription.preview_one", { name }) } : {})}
      path={() => `api/exports/report.pdf${reportQuery(query, lastWeek(), language)}`}
      file={() => fileName("report", "pdf", new Date())}
    />
  );
}

const ADDRESS = /^[^@\s<>,;:"()[\]\\]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

function SubscriptionForm({ onDone }: { onDone: (made: Subscription | null) => void }) {
  const id = useId();
  const [recipient, setRecipient] = useState("");
  const [language, setLanguage] = useState<Lang>(lang.peek());
  const [start] = useState(() => subscribing.peek());
  const [zone, setZone] = useState<ZoneSummary | null>(null);
  const [organisation, setOrganisation] = useState<Organisation | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => void (subscribing.value = null), []);
  const parts = new URLSearchParams(start ?? "");
  if (zone) parts.set("zone", `${zone.layer}:${zone.code}`);
  if (organisation) parts.set("organisation", organisation.code);
  const query = parts.toString();
  const wrong = !ADDRESS.test(recipient.trim());
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || wrong) return;
    setBusy(true);
    setTrouble(null);
    try {
      onDone(await subscribe({ recipient: recipient.trim(), language, query }));
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.errors[0]?.message ?? error.message);
      setBusy(false);
    }
  };
  return (
    <form class="report boxed" noValidate aria-label={t("subscription.add")} onSubmit={(event) => void submit(event)}>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <div class="columns">
        <Field id={`${id}-to`} label={t("subscription.recipient")} required error={tried && wrong ? t("subscription.recipient_needed") : undefined}>
          <input id={`${id}-to`} name="recipient" type="email" autocomplete="email" maxLength={254} value={recipient} aria-invalid={tried && wrong ? "true" : undefined} onInput={(event) => setRecipient(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-language`} label={t("subscription.language")}>
          <select id={`${id}-language`} name="language" value={language} onChange={(event) => setLanguage(event.currentTarget.value as Lang)}>
            <option value="zh">{t("subscription.language.zh")}</option>
            <option value="en">{t("subscription.language.en")}</option>
          </select>
        </Field>
      </div>
      <p class="label">{t("subscription.of")}</p>
      {start ? <p class="small">{queryText(start)}</p> : null}
      <div class="columns">
        <Narrowed chosen={organisation && say(organisation.name)} drop={() => setOrganisation(null)}>
          <Combo<Organisation> labelled label={t("department.organisation")} name="subscription-organisation" placeholder={t("subscription.any")} none={t("rule.organisation_none")} open find={ownOrganisationOptions} onTake={setOrganisation} />
        </Narrowed>
        <Narrowed chosen={zone && (say(zone.name) || zone.code)} drop={() => setZone(null)}>
          <Combo<ZoneSummary> labelled label={t("department.zone")} name="subscription-zone" placeholder={t("subscription.any")} none={t("tasks.zone_none")} find={ownZoneOptions} onTake={setZone} />
        </Narrowed>
      </div>
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("subscription.do")}
        </button>
        <Preview query={query} language={language} />
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("admin.cancel")}
        </button>
      </div>
    </form>
  );
}

/** A field to find something by, or what was found, to be taken away again. */
function Narrowed({ chosen, drop, children }: { chosen: string | null; drop: () => void; children: ComponentChildren }) {
  if (chosen === null) return <div>{children}</div>;
  return (
    <div>
      <ul class="chips">
        <li>
          <button type="button" class="chip" aria-label={t("step.drop", { name: chosen })} onClick={drop}>
            {chosen}
            <Glyph name="close" size={12} />
          </button>
        </li>
      </ul>
    </div>
  );
}
