import { useEffect, useId, useRef, useState } from "preact/hooks";
import { changePassword, endSession, loadSessions } from "../api/session";
import { dateTime } from "../format";
import { t } from "../i18n";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { Tabs } from "../parts/Tabs";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { me, signOut } from "../state/session";
import { announcement } from "../state/store";
import { agentText } from "./words";

export type AccountTab = "sessions" | "password";

/** Shortest password, as the server wants it; it says so itself when this has changed. */
export const SHORTEST = 10;

interface Props {
  open: AccountTab | null;
  onTab: (tab: AccountTab | null) => void;
}

/** One's own sessions and password. */
export function OwnAccount({ open, onTab }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog account-dialog" aria-label={t("account.mine")} onClose={() => onTab(null)}>
      {open && (
        <>
          <header class="panel-head">
            <h2>{t("account.mine")}</h2>
            <button type="button" class="icon-button" aria-label={t("app.close")} onClick={() => onTab(null)}>
              <Glyph name="close" />
            </button>
          </header>
          <Tabs<AccountTab>
            label={t("account.mine")}
            tabs={[
              { key: "sessions", name: t("account.sessions") },
              { key: "password", name: t("account.password") },
            ]}
            value={open}
            onChange={onTab}
          />
          {open === "sessions" ? <Sessions /> : <Password onDone={() => onTab(null)} />}
        </>
      )}
    </dialog>
  );
}

function Sessions() {
  const { value, error, again } = useLoad("sessions", loadSessions);
  const [trouble, setTrouble] = useState<string | null>(null);
  const end = async (id: string, current: boolean): Promise<void> => {
    try {
      if (current) {
        await signOut();
        return;
      }
      await endSession(id);
      announcement.value = t("account.session_ended");
      setTrouble(null);
      again();
    } catch (cause) {
      setTrouble(asApiError(cause).message);
    }
  };
  return (
    <section class="own-sessions">
      <p class="small muted">{t("account.sessions_intro")}</p>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {error && <Trouble error={error} again={again} />}
      {!value && !error && <Waiting />}
      <ul>
        {value?.map((one) => (
          <li key={one.id} data-session={one.current ? "current" : "other"}>
            <div>
              <p>
                <strong>{agentText(one.agent)}</strong> {one.current && <span class="badge">{t("account.session_here")}</span>}
              </p>
              <p class="small muted">
                {[one.address, t("account.session_seen", { date: dateTime(one.seen_at) }), t("account.session_since", { date: dateTime(one.started_at) }), t("account.session_until", { date: dateTime(one.ends_at) })]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <button type="button" class="button" aria-label={t("account.session_end_one", { name: agentText(one.agent) })} onClick={() => void end(one.id, one.current)}>
              {one.current ? t("signin.out") : t("account.session_end")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Password({ onDone }: { onDone: () => void }) {
  const id = useId();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ field: string; text: string } | null>(null);
  const short = next.length < SHORTEST;
  const differ = next !== again;
  if (me.value && !me.value.ways.password) return <p class="note">{t("account.no_password")}</p>;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || old === "" || short || differ) return;
    setBusy(true);
    setRefused(null);
    try {
      await changePassword(old, next);
      announcement.value = t("account.password_done");
      onDone();
    } catch (cause) {
      const error = asApiError(cause);
      setRefused({ field: error.errors[0]?.field ?? "", text: error.errors[0]?.message ?? error.message });
      setBusy(false);
    }
  };
  const said = (field: string): string | undefined => (refused?.field === field ? refused.text : undefined);
  return (
    <form class="report" noValidate onSubmit={(event) => void submit(event)}>
      {refused && said("old") === undefined && said("password") === undefined && (
        <p class="trouble" role="alert">
          {refused.text}
        </p>
      )}
      {/* Tells password managers whose password it is. */}
      <input type="text" name="name" autocomplete="username" value={me.value?.name ?? ""} readOnly hidden />
      <Field id={`${id}-old`} label={t("account.password_old")} error={tried && old === "" ? t("signin.need_password") : said("old")}>
        <input id={`${id}-old`} name="old" type="password" autocomplete="current-password" value={old} onInput={(event) => setOld(event.currentTarget.value)} />
      </Field>
      <Field id={`${id}-next`} label={t("account.password_new")} hint={t("account.password_hint", { n: SHORTEST })} error={tried && short ? t("account.password_short", { n: SHORTEST }) : said("password")}>
        <input id={`${id}-next`} name="password" type="password" autocomplete="new-password" value={next} onInput={(event) => setNext(event.currentTarget.value)} />
      </Field>
      <Field id={`${id}-again`} label={t("account.password_again")} error={tried && differ ? t("account.password_differ") : undefined}>
        <input id={`${id}-again`} name="password-again" type="password" autocomplete="new-password" value={again} onInput={(event) => setAgain(event.currentTarget.value)} />
      </Field>
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("account.password_do")}
        </button>
      </div>
    </form>
  );
}
