import { useId, useState } from "preact/hooks";
import { disableAccount, enableAccount, endSessions, grantRole, setPassword, takeGrant, type Account } from "../api/accounts";
import { date } from "../format";
import { codeText, say, t } from "../i18n";
import { Confirm } from "../parts/Confirm";
import { Field } from "../parts/Field";
import { asApiError } from "../parts/load";
import { me, scopeText } from "../state/session";
import { announcement, flash } from "../state/store";
import { GrantField, NEW_GRANT, grantBody, type GrantDraft } from "./GrantField";
import { SHORTEST } from "./OwnAccount";

interface Props {
  account: Account;
  onChange: (account: Account) => void;
  onReread: () => void;
}

type Form = "grant" | "password" | "disable" | null;

/** One account: its grants, and what can be done with it. */
export function AccountCard({ account, onChange, onReread }: Props) {
  const [form, setForm] = useState<Form>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const act = async (work: () => Promise<Account | null>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setTrouble(null);
    try {
      const next = await work();
      if (next) onChange(next);
      else onReread();
      setForm(null);
      announcement.value = flash.value = t("admin.saved");
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.errors[0]?.message ?? error.message);
    } finally {
      setBusy(false);
    }
  };
  const toggle = (which: Form): void => setForm(form === which ? null : which);
  // Whoever locks themselves out cannot unlock.
  const own = me.value?.name === account.name;
  return (
    <div class="account-card">
      <p class="small muted">
        {[account.organisation && say(account.organisation.name), account.person && t("admin.person", { name: account.person }), account.single_sign_on ? t("admin.sso") : null].filter(Boolean).join(" · ")}
      </p>
      <h3>{t("admin.grants")}</h3>
      {account.grants.length === 0 && <p class="muted small">{t("admin.no_grants")}</p>}
      {account.grants.length > 1 && <p class="muted small">{t("admin.grants_apart")}</p>}
      <ul class="grants">
        {account.grants.map((grant) => {
          const words = `${codeText("role", grant.role)} · ${grant.scope.posts ? `${t("admin.scope.posts")} (${scopeText(grant.scope)})` : scopeText(grant.scope)}`;
          return (
            <li key={grant.id}>
              <span>
                {words} {grant.from_claims && <span class="badge plain">{t("admin.sso")}</span>} <span class="small muted">{date(grant.since)}</span>
              </span>
              <button type="button" class="button" aria-disabled={busy} aria-label={t("admin.revoke_one", { name: words })} onClick={() => void act(() => takeGrant(account.name, grant.id).then(() => null))}>
                {t("admin.revoke")}
              </button>
            </li>
          );
        })}
      </ul>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <div class="panel-actions">
        <button type="button" class="button" data-do="grant" aria-expanded={form === "grant"} onClick={() => toggle("grant")}>
          {t("admin.grant")}…
        </button>
        <button type="button" class="button" data-do="password" aria-expanded={form === "password"} onClick={() => toggle("password")}>
          {t("admin.reset")}…
        </button>
        <button type="button" class="button" data-do="sessions" aria-disabled={busy} onClick={() => void act(() => endSessions(account.name).then(() => null))}>
          {t("admin.end_sessions")}
        </button>
        {account.disabled ? (
          <button type="button" class="button" data-do="enable" aria-disabled={busy} onClick={() => void act(() => enableAccount(account.name))}>
            {t("admin.enable")}
          </button>
        ) : (
          !own && (
            <button type="button" class="button is-grave" data-do="disable" aria-expanded={form === "disable"} onClick={() => toggle("disable")}>
              {t("admin.disable")}…
            </button>
          )
        )}
      </div>
      {form === "grant" && <GrantForm posts={account.person !== null} busy={busy} onGrant={(draft) => act(() => grantRole(account.name, grantBody(draft)!))} />}
      {form === "password" && <PasswordForm busy={busy} onSet={(password) => act(() => setPassword(account.name, password).then(() => null))} />}
      {form === "disable" && (
        <Confirm
          question={t("admin.disable_sure", { name: say(account.display) })}
          action={t("admin.disable")}
          busy={busy}
          does="disable-sure"
          onDo={() => void act(() => disableAccount(account.name))}
          onCancel={() => setForm(null)}
        />
      )}
    </div>
  );
}

function GrantForm({ posts, busy, onGrant }: { posts: boolean; busy: boolean; onGrant: (draft: GrantDraft) => Promise<void> }) {
  const [draft, setDraft] = useState<GrantDraft>(NEW_GRANT);
  const [tried, setTried] = useState(false);
  const lacks = grantBody(draft) === null;
  return (
    <form
      class="report boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!lacks) void onGrant(draft);
      }}
    >
      <GrantField draft={draft} onChange={setDraft} posts={posts} error={tried && lacks ? t("admin.scope_needed") : undefined} />
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("admin.grant_do")}
        </button>
      </div>
    </form>
  );
}

function PasswordForm({ busy, onSet }: { busy: boolean; onSet: (password: string) => Promise<void> }) {
  const id = useId();
  const [password, change] = useState("");
  const [tried, setTried] = useState(false);
  const short = password.length < SHORTEST;
  return (
    <form
      class="report boxed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short) void onSet(password);
      }}
    >
      <Field id={`${id}-password`} label={t("account.password_new")} hint={t("account.password_hint", { n: SHORTEST })} error={tried && short ? t("account.password_short", { n: SHORTEST }) : undefined}>
        <input id={`${id}-password`} name="reset-password" type="password" autocomplete="new-password" value={password} onInput={(event) => change(event.currentTarget.value)} />
      </Field>
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("account.password_do")}
        </button>
      </div>
    </form>
  );
}
