import { useEffect, useId, useRef, useState } from "preact/hooks";
import { base, type ApiError } from "../api/client";
import type { DemoAccount, Ways } from "../api/session";
import { codeText, lang, say, t } from "../i18n";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { asApiError } from "../parts/load";
import { me, signIn } from "../state/session";
import { cameBackWith, forgetHowWeCame, oidcStart, signOnError, waitText } from "./words";

/** Account and password, single sign-on where it is offered, and the accounts of a demonstration. */
export function SignInForm({ lastName = "", focus = true }: { lastName?: string; focus?: boolean }) {
  const ways = me.value?.ways;
  const [busy, setBusy] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(() => {
    const code = cameBackWith();
    return code === null ? null : signOnError(code);
  });
  if (!ways) return null;
  const enter = async (name: string, password: string, which: string): Promise<boolean> => {
    if (busy !== null) return false;
    setBusy(which);
    setTrouble(null);
    try {
      await signIn(name, password);
      forgetHowWeCame();
      return true;
    } catch (cause) {
      setTrouble(refusal(asApiError(cause)));
      return false;
    } finally {
      setBusy(null);
    }
  };
  if (!ways.password && !ways.oidc && ways.demo.length === 0) return <p class="trouble">{t("signin.no_way")}</p>;
  return (
    <div class={ways.demo.length > 0 ? "sign-in has-demo" : "sign-in"}>
      <div class="sign-in-ways">
        {trouble && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
        {ways.oidc && (
          <a class="button wide" data-way="oidc" href={oidcStart(base, ways.oidc.start, location.href)}>
            <Glyph name="lock" size={16} />
            {t("signin.oidc", { name: ways.oidc.name })}
          </a>
        )}
        {ways.oidc && ways.password && <p class="sign-in-or small muted">{t("signin.or")}</p>}
        {ways.password && <Password start={lastName} focus={focus} busy={busy === "password"} enter={(name, password) => enter(name, password, "password")} />}
        <First ways={ways} />
      </div>
      {ways.demo.length > 0 && <Demo accounts={ways.demo} busy={busy} enter={(one) => void enter(one.name, one.password, one.name)} />}
    </div>
  );
}

/** Why not: how long to wait is said in minutes. */
function refusal(error: ApiError): string {
  if (error.code === "unreachable") return t("notice.unreachable");
  if (error.status === 429) {
    const after = Number(error.body["retry_after"]);
    return Number.isFinite(after) && after > 0 ? t("signin.throttled", { wait: waitText(after) }) : error.message;
  }
  if (error.status === 401) return t("signin.wrong");
  return t("signin.failed", { detail: error.errors[0]?.message ?? error.message });
}

function Password({ start, focus, busy, enter }: { start: string; focus: boolean; busy: boolean; enter: (name: string, password: string) => Promise<boolean> }) {
  const id = useId();
  const [tried, setTried] = useState(false);
  const [shown, setShown] = useState(false);
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [lacks, setLacks] = useState({ name: false, password: false });
  useEffect(() => {
    if (focus) (start ? password : name).current?.focus();
  }, []);
  useEffect(() => {
    if (password.current) password.current.type = shown ? "text" : "password";
  }, [shown]);
  // Password managers fill fields without telling: what counts is what stands in them.
  const look = (): { name: string; password: string } => ({ name: name.current?.value.trim() ?? "", password: password.current?.value ?? "" });
  const judge = (): boolean => {
    const typed = look();
    setLacks({ name: typed.name === "", password: typed.password === "" });
    return typed.name !== "" && typed.password !== "";
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!judge()) return (look().name === "" ? name : password).current?.focus();
    const typed = look();
    if (await enter(typed.name, typed.password)) return;
    if (password.current) password.current.value = "";
    password.current?.focus();
  };
  return (
    <form class="report" noValidate aria-label={t("signin.title")} onSubmit={(event) => void submit(event)}>
      <Field id={`${id}-name`} label={t("signin.name")} error={tried && lacks.name ? t("signin.need_name") : undefined}>
        <input
          ref={name}
          id={`${id}-name`}
          name="name"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={100}
          defaultValue={start}
          aria-invalid={tried && lacks.name ? "true" : undefined}
          onInput={judge}
        />
      </Field>
      <Field id={`${id}-password`} label={t("signin.password")} error={tried && lacks.password ? t("signin.need_password") : undefined}>
        <input
          ref={password}
          id={`${id}-password`}
          name="password"
          type="password"
          autocomplete="current-password"
          maxLength={1000}
          aria-invalid={tried && lacks.password ? "true" : undefined}
          onInput={judge}
        />
      </Field>
      <label class="check small">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        {t("signin.show")}
      </label>
      <button type="submit" class="button primary wide" aria-disabled={busy}>
        {busy ? t("signin.doing") : t("signin.do")}
      </button>
    </form>
  );
}

/** One press each: what it may do and see is said before. */
function Demo({ accounts, busy, enter }: { accounts: readonly DemoAccount[]; busy: string | null; enter: (one: DemoAccount) => void }) {
  return (
    <section class="demo-accounts" aria-label={t("signin.demo")}>
      <h2>{t("signin.demo")}</h2>
      <p class="small muted">{t("signin.demo_intro")}</p>
      <ul>
        {accounts.map((one) => (
          <li key={one.name}>
            <button type="button" data-demo={one.name} data-role={one.role} aria-disabled={busy !== null} onClick={() => enter(one)}>
              <strong>{codeText("role", one.role)}</strong>
              <span>{say(one.display)}</span>
              <span class="code small muted" lang={lang.value}>
                {busy === one.name ? t("signin.doing") : one.name}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function First({ ways }: { ways: Ways }) {
  if (!ways.password) return null;
  return (
    <details class="fold first-account">
      <summary>
        <Glyph name="right" size={14} />
        {t("signin.first")}
      </summary>
      <p class="small">{t("signin.first_how")}</p>
      <pre class="command">gridgov user add admin --role administrator --everything</pre>
    </details>
  );
}
