import { useId, useState } from "preact/hooks";
import { addToken, endToken, loadTokens, type Token } from "../api/accounts";
import { cityDay, date, dateTime } from "../format";
import { codeText, t } from "../i18n";
import { Confirm } from "../parts/Confirm";
import { Field } from "../parts/Field";
import { SecretLine } from "../parts/SecretLine";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { scopeText } from "../state/session";
import { GrantField, NEW_GRANT, scopeBody, type GrantDraft } from "./GrantField";

/** Tokens of machines: what each opens and sees, when it was used, and its end. */
export function TokensTab() {
  const { value, error, again } = useLoad("tokens", loadTokens);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; secret: string } | null>(null);
  const [sure, setSure] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const end = async (name: string): Promise<void> => {
    try {
      await endToken(name);
      setSure(null);
      again();
    } catch (cause) {
      setTrouble(asApiError(cause).message);
    }
  };
  return (
    <div class="desk-body" tabIndex={-1}>
      <div class="part-ways">
        <button type="button" class="button primary" aria-expanded={adding} onClick={() => setAdding(!adding)}>
          {t("admin.token_add")}
        </button>
      </div>
      {adding && (
        <NewTokenForm
          onDone={(made) => {
            setAdding(false);
            if (!made) return;
            setSecret(made);
            again();
          }}
        />
      )}
      {secret && <SecretLine {...secret} text={t("admin.token_once")} label={t("admin.tab.tokens")} />}
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {error && <Trouble error={error} again={again} />}
      {!value && !error && <Waiting />}
      {value?.length === 0 && !adding && <p class="empty">{t("admin.token_none")}</p>}
      <ul class="account-list">
        {value?.map((one) => {
          const ended = endOf(one);
          return (
            <li key={one.name} data-token={one.name} class={ended ? "is-disabled token-row" : "token-row"}>
              <div>
                <p>
                  <strong>{one.name}</strong> {ended && <span class="badge">{ended}</span>}
                </p>
                <p class="small">{[one.role ? codeText("role", one.role) : one.permissions.join(", "), scopeText(one.scope), one.on_behalf ? t("admin.token_on_behalf") : null].filter(Boolean).join(" · ")}</p>
                <p class="small muted">{[one.seen_at ? t("admin.token_used", { date: dateTime(one.seen_at) }) : t("admin.token_unused"), one.expires_at ? t("admin.until", { date: date(one.expires_at) }) : null].filter(Boolean).join(" · ")}</p>
                {sure === one.name && (
                  <Confirm question={t("admin.token_revoke_sure", { name: one.name })} action={t("admin.token_revoke")} onDo={() => void end(one.name)} onCancel={() => setSure(null)} />
                )}
              </div>
              {!ended && sure !== one.name && (
                <button type="button" class="button" onClick={() => setSure(one.name)}>
                  {t("admin.token_revoke")}…
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function endOf(one: Token): string | null {
  if (one.revoked_at) return t("admin.token_revoked");
  return one.expires_at && Date.parse(one.expires_at) < Date.now() ? t("admin.token_expired") : null;
}

function NewTokenForm({ onDone }: { onDone: (made: { name: string; secret: string } | null) => void }) {
  const id = useId();
  const [name, setName] = useState("");
  const [until, setUntil] = useState("");
  const [behalf, setBehalf] = useState(false);
  const [draft, setDraft] = useState<GrantDraft>(NEW_GRANT);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const scope = scopeBody(draft);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || name.trim() === "" || scope === null) return;
    setBusy(true);
    setTrouble(null);
    const ends = cityDay(until);
    try {
      const made = await addToken({ name: name.trim(), role: draft.role, scope, on_behalf: behalf, ...(ends ? { expires_at: ends } : {}) });
      onDone({ name: made.token.name, secret: made.secret });
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.errors[0]?.message ?? error.message);
      setBusy(false);
    }
  };
  return (
    <form class="report boxed" noValidate aria-label={t("admin.token_add")} onSubmit={(event) => void submit(event)}>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <div class="columns">
        <Field id={`${id}-name`} label={t("admin.token_name")} required hint={t("admin.token_name_hint")} error={tried && name.trim() === "" ? t("step.needed") : undefined}>
          <input id={`${id}-name`} name="token-name" autocomplete="off" maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-until`} label={t("admin.token_until")}>
          <input id={`${id}-until`} name="token-until" type="date" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
        </Field>
      </div>
      <GrantField draft={draft} onChange={setDraft} posts={false} error={tried && scope === null ? t("admin.scope_needed") : undefined} />
      <label class="check">
        <input type="checkbox" name="token-on-behalf" checked={behalf} onChange={(event) => setBehalf(event.currentTarget.checked)} />
        {t("admin.token_on_behalf")}
      </label>
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("admin.token_add")}
        </button>
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("admin.cancel")}
        </button>
      </div>
    </form>
  );
}
