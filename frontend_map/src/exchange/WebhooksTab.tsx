import { useState } from "preact/hooks";
import { loadWebhooks, type NewWebhook, type Webhook } from "../api/exchange";
import { dateTime, number } from "../format";
import { t } from "../i18n";
import { SecretLine } from "../parts/SecretLine";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { may } from "../state/session";
import { WebhookCard } from "./WebhookCard";
import { WebhookForm } from "./WebhookForm";
import { eventsText } from "./words";

/** Other programs that are told what happens: each with its address, events, and what became of its deliveries. */
export function WebhooksTab() {
  const { value, error, again } = useLoad("webhooks", loadWebhooks);
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  const [secret, setSecret] = useState<NewWebhook | null>(null);
  // What it is told follows what its maker sees.
  const reads = may("incidents_read");
  return (
    <div class="desk-body" tabIndex={-1}>
      <p class="small muted intro">{t("webhook.intro")}</p>
      {!reads && <p class="note small">{t("webhook.must_read")}</p>}
      {reads && (
        <div class="part-ways">
          <button type="button" class="button primary" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            {t("webhook.add")}
          </button>
        </div>
      )}
      {adding && (
        <WebhookForm
          before={null}
          onDone={(made) => {
            setAdding(false);
            if (!made) return;
            if ("secret" in made) setSecret(made);
            setOpen(made.id);
            again();
          }}
        />
      )}
      {secret && <SecretLine name={secret.name} secret={secret.secret} text={t("webhook.once")} label={t("webhook.secret")} />}
      {error && <Trouble error={error} again={again} />}
      {!value && !error && <Waiting />}
      {value?.length === 0 && !adding && <p class="empty">{t(reads ? "webhook.none" : "webhook.none_here")}</p>}
      <ul class="account-list">
        {value?.map((one) => (
          <li key={one.id} data-webhook={one.id} class={one.active ? "" : "is-disabled"}>
            <button type="button" class="account-row" aria-expanded={open === one.id} onClick={() => setOpen(open === one.id ? null : one.id)}>
              <span>
                <strong>{one.name}</strong> {!one.active && <span class="badge">{t("webhook.paused")}</span>} {one.dead > 0 && <span class="badge urgent">{t("webhook.dead_n", { n: number(one.dead) })}</span>}
              </span>
              <span class="small muted">{standing(one)}</span>
              <span class="account-grants small">
                <span class="code webhook-url">{one.url}</span> · {eventsText(one.events)}
              </span>
            </button>
            {open === one.id && <WebhookCard webhook={one} again={again} onSecret={setSecret} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

const standing = (one: Webhook): string =>
  [one.waiting > 0 ? t("webhook.waiting_n", { n: number(one.waiting) }) : null, one.last_delivered_at ? t("webhook.last", { date: dateTime(one.last_delivered_at) }) : t("webhook.never")].filter(Boolean).join(" · ");
