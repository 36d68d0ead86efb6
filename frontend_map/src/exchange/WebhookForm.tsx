import { useId, useState } from "preact/hooks";
import { addWebhook, changeWebhook, type NewWebhook, type Webhook } from "../api/exchange";
import { t } from "../i18n";
import { Field } from "../parts/Field";
import { asApiError } from "../parts/load";
import { ALL_EVENTS, EVENT_GROUPS, eventText, type EventGroup } from "./words";

const GROUPS = Object.keys(EVENT_GROUPS) as EventGroup[];

/** A new webhook, or another address and other events for one. */
export function WebhookForm({ before, onDone }: { before: Webhook | null; onDone: (made: Webhook | NewWebhook | null) => void }) {
  const id = useId();
  const [name, setName] = useState(before?.name ?? "");
  const [url, setUrl] = useState(before?.url ?? "https://");
  const [all, setAll] = useState(before === null || before.events.includes(ALL_EVENTS));
  const [events, setEvents] = useState<readonly string[]>(before?.events.filter((one) => one !== ALL_EVENTS) ?? []);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<{ field: string | null; text: string } | null>(null);
  const lacks = { name: name.trim() === "", url: !/^https?:\/\/[^\s/]+/i.test(url.trim()), events: !all && events.length === 0 };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || lacks.name || lacks.url || lacks.events) return;
    setBusy(true);
    setTrouble(null);
    const body = { name: name.trim(), url: url.trim(), events: all ? [ALL_EVENTS] : [...events] };
    try {
      onDone(before === null ? await addWebhook(body) : await changeWebhook(before.id, { ...body, active: before.active }));
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble({ field: error.errors[0]?.field ?? null, text: error.errors[0]?.message ?? error.message });
      setBusy(false);
    }
  };
  const of = (field: string): string | undefined => (trouble?.field === field ? trouble.text : undefined);
  const turn = (group: readonly string[], on: boolean): void => setEvents(on ? [...new Set([...events, ...group])] : events.filter((one) => !group.includes(one)));
  return (
    <form class="report boxed" noValidate aria-label={t(before ? "webhook.change" : "webhook.add")} onSubmit={(event) => void submit(event)}>
      {trouble && !["name", "url", "events"].includes(trouble.field ?? "") && (
        <p class="trouble" role="alert">
          {trouble.text}
        </p>
      )}
      <Field id={`${id}-name`} label={t("webhook.name")} required hint={t("webhook.name_hint")} error={of("name") ?? (tried && lacks.name ? t("step.needed") : undefined)}>
        <input id={`${id}-name`} name="webhook-name" autocomplete="off" maxLength={100} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field id={`${id}-url`} label={t("webhook.url")} required hint={t("webhook.url_hint")} error={of("url") ?? (tried && lacks.url ? t("webhook.url_needed") : undefined)}>
        <input id={`${id}-url`} name="webhook-url" type="url" inputMode="url" autocomplete="off" spellcheck={false} maxLength={2000} value={url} onInput={(event) => setUrl(event.currentTarget.value)} />
      </Field>
      <fieldset class="event-choice" aria-describedby={tried && lacks.events ? `${id}-events` : undefined}>
        <legend class="label">{t("webhook.events")}</legend>
        <label class="check">
          <input type="checkbox" name="events-all" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
          {t("webhook.all_events")}
        </label>
        {!all &&
          GROUPS.map((group) => (
            <div key={group} class="event-group">
              <label class="check">
                <input
                  type="checkbox"
                  checked={EVENT_GROUPS[group].every((one) => events.includes(one))}
                  ref={(box) => {
                    if (box) box.indeterminate = EVENT_GROUPS[group].some((one) => events.includes(one)) && !EVENT_GROUPS[group].every((one) => events.includes(one));
                  }}
                  onChange={(event) => turn(EVENT_GROUPS[group], event.currentTarget.checked)}
                />
                <strong>{t(`webhook.group.${group}`)}</strong>
              </label>
              <div class="event-names">
                {EVENT_GROUPS[group].map((one) => (
                  <label key={one} class="check small">
                    <input type="checkbox" name="event" value={one} checked={events.includes(one)} onChange={(event) => turn([one], event.currentTarget.checked)} />
                    {eventText(one)}
                  </label>
                ))}
              </div>
            </div>
          ))}
        {((tried && lacks.events) || of("events")) && (
          <p class="field-error" id={`${id}-events`}>
            {of("events") ?? t("webhook.events_needed")}
          </p>
        )}
      </fieldset>
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t(before ? "webhook.save" : "webhook.add")}
        </button>
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("admin.cancel")}
        </button>
      </div>
    </form>
  );
}
