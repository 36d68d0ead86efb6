import { useState } from "preact/hooks";
import { changeWebhook, removeWebhook, renewSecret, tryWebhook, type NewWebhook, type Tried, type Webhook } from "../api/exchange";
import { date } from "../format";
import { t } from "../i18n";
import { Confirm } from "../parts/Confirm";
import { Facts } from "../parts/Facts";
import { asApiError } from "../parts/load";
import { may } from "../state/session";
import { Deliveries } from "./Deliveries";
import { WebhookForm } from "./WebhookForm";
import { eventText } from "./words";

interface Props {
  webhook: Webhook;
  again: () => void;
  onSecret: (made: NewWebhook | null) => void;
}

/** One webhook: what it is told, a trial, its deliveries; pause, another secret, its end. */
export function WebhookCard({ webhook, again, onSecret }: Props) {
  const [changing, setChanging] = useState(false);
  const [sure, setSure] = useState<"remove" | "secret" | null>(null);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<Tried | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const run = async (act: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setTrouble(null);
    try {
      await act();
      setSure(null);
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.errors[0]?.message ?? error.message);
    } finally {
      setBusy(false);
    }
  };
  const test = (): Promise<void> =>
    run(async () => {
      setTried(null);
      setTried(await tryWebhook(webhook.id));
    });
  const pause = (): Promise<void> =>
    run(async () => {
      const { name, url, events, active } = webhook;
      await changeWebhook(webhook.id, { name, url, events, active: !active });
      again();
    });
  const confirmed = (): Promise<void> =>
    run(async () => {
      if (sure === "secret") onSecret(await renewSecret(webhook.id));
      else await removeWebhook(webhook.id);
      again();
    });
  return (
    <div class="account-card">
      <Facts
        rows={[
          [t("webhook.url"), <span class="code webhook-url">{webhook.url}</span>],
          [t("webhook.events"), webhook.events.map(eventText).join(t("app.comma"))],
          [t("webhook.sight"), t("webhook.sight_of", { name: webhook.owner })],
          [t("webhook.since"), date(webhook.created_at)],
        ]}
      />
      {!webhook.active && <p class="note small">{t("webhook.paused_how")}</p>}
      <div class="panel-actions">
        {may("incidents_read") && (
          <button type="button" class="button" aria-disabled={busy} onClick={() => void test()}>
            {t("webhook.test")}
          </button>
        )}
        <button type="button" class="button" aria-expanded={changing} onClick={() => setChanging(!changing)}>
          {t("webhook.change")}
        </button>
        <button type="button" class="button" aria-disabled={busy} onClick={() => void pause()}>
          {t(webhook.active ? "webhook.pause" : "webhook.resume")}
        </button>
        <button type="button" class="button" onClick={() => setSure("secret")}>
          {t("webhook.renew")}…
        </button>
        <button type="button" class="button" onClick={() => setSure("remove")}>
          {t("webhook.remove")}…
        </button>
      </div>
      {tried && (
        <p class={tried.delivered ? "note small" : "trouble small"} role="status" data-tried={tried.delivered ? "yes" : "no"}>
          {tried.delivered ? t("webhook.test_done", { status: tried.status ?? "" }) : t("webhook.test_failed", { detail: tried.error ?? "" })}
        </p>
      )}
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {sure && (
        <Confirm
          question={t(sure === "remove" ? "webhook.remove_sure" : "webhook.renew_sure", { name: webhook.name })}
          action={t(sure === "remove" ? "webhook.remove" : "webhook.renew")}
          busy={busy}
          onDo={() => void confirmed()}
          onCancel={() => setSure(null)}
        />
      )}
      {changing && (
        <WebhookForm
          before={webhook}
          onDone={(made) => {
            setChanging(false);
            if (made) again();
          }}
        />
      )}
      <Deliveries webhook={webhook} onChange={again} />
    </div>
  );
}
