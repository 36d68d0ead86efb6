import { useEffect, useState } from "preact/hooks";
import { loadCategories, loadCity } from "../api/city";
import { SignInForm } from "../account/SignInForm";
import { codeText, lang, t } from "../i18n";
import { asApiError } from "../parts/load";
import { displayName, ownRoles, scopeText, signOut } from "../state/session";
import { Glyph, type GlyphName } from "../parts/Glyph";
import { actorName } from "../state/actor";
import { categories, city } from "../state/store";
import { MineTab } from "./MineTab";
import { OutboxTab } from "./OutboxTab";
import { ReportTab } from "./ReportTab";
import { TasksTab } from "./TasksTab";
import { TABS, account, asksSignIn, flash, maySend, online, sending, storageTrouble, tab, tell, waiting, type Tab } from "./state";

const GLYPHS: Record<Tab, GlyphName> = { report: "plus", outbox: "up", mine: "list", tasks: "warn" };

export function PatrolApp() {
  const [failed, setFailed] = useState(false);
  const load = async (): Promise<void> => {
    try {
      const [found, listed] = await Promise.all([loadCity(), loadCategories()]);
      city.value = found;
      categories.value = listed;
      setFailed(false);
    } catch {
      setFailed(categories.value.length === 0);
    }
  };
  useEffect(() => void load(), [online.value, maySend.value]);

  return (
    <div class="patrol">
      <Head />
      <main class="patrol-main" id="patrol-main">
        {storageTrouble.value && (
          <p class="trouble" role="alert">
            {t("patrol.no_storage", { detail: storageTrouble.value })}
          </p>
        )}
        {asksSignIn.value && <SignIn />}
        {failed && !asksSignIn.value && (
          <div class="trouble" role="alert">
            <p>{t("patrol.no_catalogue")}</p>
            <button type="button" class="button" onClick={() => void load()}>
              {t("app.retry")}
            </button>
          </div>
        )}
        {tab.value === "report" && <ReportTab />}
        {tab.value === "outbox" && <OutboxTab />}
        {tab.value === "mine" && <MineTab />}
        {tab.value === "tasks" && <TasksTab />}
      </main>
      <nav class="patrol-tabs" aria-label={t("patrol.tabs")}>
        {TABS.map((one) => (
          <button key={one} type="button" aria-current={tab.value === one ? "page" : undefined} onClick={() => (tab.value = one)}>
            <Glyph name={GLYPHS[one]} size={22} />
            <span>{t(`patrol.tab.${one}`)}</span>
            {one === "outbox" && waiting.value > 0 && (
              <span class="tab-count" aria-label={t("patrol.waiting", { n: waiting.value })}>
                {waiting.value}
              </span>
            )}
          </button>
        ))}
      </nav>
      <p class={flash.value ? "patrol-flash" : "visually-hidden"} role="status" aria-live="polite">
        {flash.value}
      </p>
    </div>
  );
}

/** The form stands as it is; what is written is kept, and goes out once somebody has signed in. */
function SignIn() {
  return (
    <section class="card patrol-sign-in" aria-label={t("signin.title")}>
      <p class={waiting.value > 0 ? "warning" : "note"} role="status">
        {waiting.value > 0 ? t("patrol.sign_in_waiting", { n: waiting.value }) : t("patrol.sign_in")}
      </p>
      <SignInForm lastName={account.value ?? ""} focus={false} />
    </section>
  );
}

/** Who is signed in; signing out leaves what waits on this phone. */
function Who() {
  const held = ownRoles.value[0];
  return (
    <div class="who-form">
      <p>
        <strong>{displayName.value || account.value}</strong>
      </p>
      {held && <p class="muted small">{t("account.role_of", { role: codeText("role", held.role), scope: scopeText(held.scope) })}</p>}
      {maySend.value && (
        <button type="button" class="button" onClick={() => void signOut().catch((cause: unknown) => tell(asApiError(cause).message))}>
          {t("signin.out")}
        </button>
      )}
    </div>
  );
}

function Head() {
  const [open, setOpen] = useState(false);
  const state = !online.value ? "offline" : sending.value ? "sending" : "online";
  return (
    <header class="patrol-head">
      <h1>{t("patrol.name")}</h1>
      <span class={`connection is-${state}`}>{t(`patrol.connection.${state}`)}</span>
      <button type="button" class="head-button who" aria-expanded={open} onClick={() => setOpen(!open)}>
        {account.value === null ? actorName.value || t("patrol.who_unset") : displayName.value || account.value}
      </button>
      <button type="button" class="head-button" lang={lang.value === "zh" ? "en" : "zh-CN"} aria-label={t("lang.switch_label")} onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}>
        {lang.value === "zh" ? "EN" : "中"}
      </button>
      {open && account.value !== null && <Who />}
      {open && account.value === null && (
        <form
          class="who-form"
          onSubmit={(event) => {
            event.preventDefault();
            setOpen(false);
          }}
        >
          <label class="label" for="who-name">
            {t("patrol.who")}
          </label>
          <div class="who-row">
            <input id="who-name" name="by" maxLength={60} autocomplete="name" value={actorName.value} onInput={(event) => (actorName.value = event.currentTarget.value)} />
            <button type="submit" class="button primary">
              {t("patrol.who_done")}
            </button>
          </div>
          <p class="muted small">{t("patrol.who_hint")}</p>
        </form>
      )}
    </header>
  );
}
