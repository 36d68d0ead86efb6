import { useEffect, useState } from "preact/hooks";
import { base } from "../api/client";
import { dropDelivery, loadDeliveries, resendDelivery, type Delivery, type DeliveryState, type Webhook } from "../api/exchange";
import { dateTime, number } from "../format";
import { t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { eventText } from "./words";

const SHOWN = [null, "dead", "waiting", "delivered", "withheld"] as const satisfies readonly (DeliveryState | null)[];

/** What a webhook was told, the newest first; what nobody took can be sent again or given up. */
export function Deliveries({ webhook, onChange }: { webhook: Webhook; onChange: () => void }) {
  const [state, setState] = useState<DeliveryState | null>(webhook.dead > 0 ? "dead" : null);
  const first = useLoad(`${webhook.id} ${state} ${webhook.waiting} ${webhook.dead} ${webhook.last_delivered_at}`, (abort) => loadDeliveries(webhook.id, state, null, abort));
  const [more, setMore] = useState<{ items: Delivery[]; next: number | null } | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => setMore(null), [first.value]);
  const items = [...(first.value?.items ?? []), ...(more?.items ?? [])];
  const next = more ? more.next : (first.value?.next ?? null);
  const act = async (what: () => Promise<void>): Promise<void> => {
    setTrouble(null);
    try {
      await what();
    } catch (cause) {
      setTrouble(asApiError(cause).message);
    }
  };
  const go = (): Promise<void> =>
    act(async () => {
      const got = await loadDeliveries(webhook.id, state, next);
      setMore({ items: [...(more?.items ?? []), ...got.items], next: got.next });
    });
  const settle = (what: () => Promise<void>): Promise<void> =>
    act(async () => {
      await what();
      first.again();
      onChange();
    });
  return (
    <section>
      <div class="deliveries-head">
        <h3>{t("delivery.title")}</h3>
        <button type="button" class="link small" onClick={() => void settle(() => Promise.resolve())}>
          {t("delivery.reread")}
        </button>
      </div>
      <div class="segments" role="group" aria-label={t("delivery.filter")}>
        {SHOWN.map((one) => (
          <button key={one ?? "all"} type="button" class="choice-chip chip" aria-pressed={state === one} onClick={() => setState(one)}>
            {t(one === null ? "delivery.all" : `delivery.state.${one}`)}
            {one === "dead" && webhook.dead > 0 ? ` ${number(webhook.dead)}` : ""}
          </button>
        ))}
      </div>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {first.error && <Trouble error={first.error} again={first.again} />}
      {first.loading && !first.value && <Waiting />}
      {first.value && items.length === 0 && <p class="muted small">{t(state === null ? "delivery.none" : "delivery.none_so")}</p>}
      <ul class="deliveries">
        {items.map((one) => (
          <li key={one.id} data-delivery={one.state}>
            <div>
              <p>
                <strong>{eventText(one.event)}</strong> <span class={one.state === "dead" ? "badge urgent" : "badge plain"}>{t(`delivery.state.${one.state}`)}</span>
              </p>
              <p class="small muted">
                <a class="code" href={`${base}?incident=${one.incident}`}>
                  {one.incident}
                </a>{" "}
                {told(one)}
              </p>
              {one.last_error && one.state !== "delivered" && <p class="small warning">{one.last_error}</p>}
            </div>
            {one.state === "dead" && (
              <div class="row-ways">
                <button type="button" class="button" onClick={() => void settle(() => resendDelivery(webhook.id, one.id))}>
                  {t("delivery.resend")}
                </button>
                <button type="button" class="button" title={t("delivery.drop_how")} onClick={() => void settle(() => dropDelivery(webhook.id, one.id))}>
                  {t("delivery.drop")}
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {next !== null && (
        <button type="button" class="button" onClick={() => void go()}>
          {t("counted.more")}
        </button>
      )}
    </section>
  );
}

const told = (one: Delivery): string =>
  [dateTime(one.created_at), one.attempts > 0 ? t("delivery.tries", { n: number(one.attempts) }) : null, one.next_at ? t("delivery.next", { date: dateTime(one.next_at) }) : null].filter(Boolean).join(" · ");
