import { useEffect, useId, useState } from "preact/hooks";
import { loadReporter, unmaskReporter, type Contact } from "../api/exchange";
import { t } from "../i18n";
import { Field } from "../parts/Field";
import { asApiError, useLoad } from "../parts/load";
import { may } from "../state/session";

/** How long whole contact data stand on the screen. */
export const SHOWN_SECONDS = 60;
const SHORTEST = 4;
const PURPOSES = ["call_back", "place", "evidence"] as const;

/** Who reported it, when somebody wants to know: masked; whole for a short time, for whoever says what for. */
export function ReporterCard({ number }: { number: string }) {
  const [open, setOpen] = useState(false);
  const { value, error } = useLoad(open ? number : null, (abort) => loadReporter(number, abort));
  const [asking, setAsking] = useState(false);
  const [whole, setWhole] = useState<Contact | null>(null);
  const left = useCountdown(whole, () => setWhole(null));
  useEffect(() => {
    const hide = (): void => void (document.visibilityState === "hidden" && setWhole(null));
    document.addEventListener("visibilitychange", hide);
    return () => document.removeEventListener("visibilitychange", hide);
  }, []);
  if (!open || (!value && !error))
    return (
      <p>
        <button type="button" class="link" data-reporter="ask" onClick={() => setOpen(true)}>
          {t("reporter.ask")}
        </button>
      </p>
    );
  if (error && error.status !== 404) return <p class="muted small">{error.message}</p>;
  const shown = whole ?? value;
  return (
    <section class="reporter" data-reporter={whole ? "whole" : value ? "masked" : "none"}>
      <h3>{t("reporter.title")}</h3>
      {!shown && <p class="muted small">{t("reporter.none")}</p>}
      {shown && (
        <p class="reporter-facts">
          <span>{shown.name ?? t("reporter.nameless")}</span>
          {shown.phone && (whole ? <a href={`tel:${shown.phone}`}>{shown.phone}</a> : <span class="muted">{shown.phone}</span>)}
          {shown.email && (whole ? <a href={`mailto:${shown.email}`}>{shown.email}</a> : <span class="muted">{shown.email}</span>)}
        </p>
      )}
      {whole && (
        <p class="small note" role="status">
          {t("reporter.recorded")} <span aria-hidden="true">{t("reporter.left", { n: left })}</span>{" "}
          <button type="button" class="link" onClick={() => setWhole(null)}>
            {t("reporter.hide")}
          </button>
        </p>
      )}
      {value && !whole && may("reporters_unmask") && !asking && (
        <button type="button" class="button" data-unmask="1" onClick={() => setAsking(true)}>
          {t("reporter.unmask")}…
        </button>
      )}
      {asking && (
        <Ask
          number={number}
          onDone={(found) => {
            setAsking(false);
            setWhole(found);
          }}
        />
      )}
    </section>
  );
}

/** Seconds until something that is shown ends. */
function useCountdown(shown: unknown, onEnd: () => void): number {
  const [left, setLeft] = useState(SHOWN_SECONDS);
  useEffect(() => {
    if (shown === null) return;
    const ends = Date.now() + SHOWN_SECONDS * 1000;
    setLeft(SHOWN_SECONDS);
    const timer = window.setInterval(() => {
      const rest = Math.ceil((ends - Date.now()) / 1000);
      if (rest <= 0) onEnd();
      else setLeft(rest);
    }, 1000);
    return () => window.clearInterval(timer);
  }, [shown]);
  return left;
}

function Ask({ number, onDone }: { number: string; onDone: (found: Contact | null) => void }) {
  const id = useId();
  const [purpose, setPurpose] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const short = purpose.trim().length < SHORTEST;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || short) return;
    setBusy(true);
    setTrouble(null);
    try {
      onDone(await unmaskReporter(number, purpose.trim()));
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.errors[0]?.message ?? error.message);
      setBusy(false);
    }
  };
  return (
    <form class="report boxed" noValidate aria-label={t("reporter.unmask")} onSubmit={(event) => void submit(event)}>
      <p class="small">{t("reporter.how", { n: SHOWN_SECONDS })}</p>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <Field id={`${id}-purpose`} label={t("reporter.purpose")} required error={tried && short ? t("reporter.purpose_needed", { n: SHORTEST }) : undefined}>
        <input
          id={`${id}-purpose`}
          name="purpose"
          autocomplete="off"
          maxLength={300}
          value={purpose}
          aria-invalid={tried && short ? "true" : undefined}
          ref={(box) => {
            if (box && !tried && purpose === "" && document.activeElement?.closest("form") !== box.form) box.focus();
          }}
          onInput={(event) => setPurpose(event.currentTarget.value)}
        />
      </Field>
      <div class="segments">
        {PURPOSES.map((one) => (
          <button key={one} type="button" class="choice-chip chip small" onClick={() => setPurpose(t(`reporter.purpose.${one}`))}>
            {t(`reporter.purpose.${one}`)}
          </button>
        ))}
      </div>
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("reporter.show")}
        </button>
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("admin.cancel")}
        </button>
      </div>
    </form>
  );
}
