import { useEffect, useState } from "preact/hooks";
import { loadAccounts, type Account } from "../api/accounts";
import { dateTime, number } from "../format";
import { codeText, say, t } from "../i18n";
import { Tabs } from "../parts/Tabs";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { loadNames } from "../state/rules_desk";
import { scopeText } from "../state/session";
import { AccountCard } from "./AccountCard";
import { NewAccountForm } from "./NewAccountForm";
import { TokensTab } from "./TokensTab";

type Tab = "accounts" | "tokens";
const TABS: readonly Tab[] = ["accounts", "tokens"];

/** The administrator's page: who may sign in, as what, where; and tokens of machines. */
export function AccountsPage() {
  const [tab, setTab] = useState<Tab>("accounts");
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value]);
  useEffect(() => void loadNames().catch((cause: unknown) => console.warn("organisations:", cause)), []);
  return (
    <section class="desk accounts" data-covers="none" aria-label={t("admin.title")}>
      <header class="desk-head">
        <h2 tabIndex={-1}>{t("admin.title")}</h2>
        <Tabs<Tab> label={t("admin.tabs")} tabs={TABS.map((key) => ({ key, name: t(`admin.tab.${key}`) }))} value={tab} onChange={setTab} />
      </header>
      {tab === "accounts" ? <AccountsTab /> : <TokensTab />}
    </section>
  );
}

/** Accounts whose name, person or organisation holds every word. Pure. */
export function found(accounts: readonly Account[], text: string): Account[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const told = (one: Account): string =>
    [one.name, one.display.zh, one.display.en, one.organisation?.name.zh, one.organisation?.name.en, ...one.grants.map((grant) => codeText("role", grant.role))].join(" ").toLowerCase();
  return accounts.filter((one) => words.every((word) => told(one).includes(word)));
}

function AccountsTab() {
  const { value, error, again } = useLoad("accounts", loadAccounts);
  const [changed, setChanged] = useState<Readonly<Record<string, Account>>>({});
  const [text, setText] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  useEffect(() => setChanged({}), [value]);
  const all = (value ?? []).map((one) => changed[one.name] ?? one);
  const shown = found(all, text);
  return (
    <div class="desk-body" tabIndex={-1}>
      <div class="part-ways">
        <input type="search" class="account-find" aria-label={t("admin.find")} placeholder={t("admin.find")} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="button" class="button primary" aria-expanded={adding} onClick={() => setAdding(!adding)}>
          {t("admin.add")}
        </button>
      </div>
      {adding && (
        <NewAccountForm
          onDone={(made) => {
            setAdding(false);
            if (made) {
              setOpen(made.name);
              again();
            }
          }}
        />
      )}
      {error && <Trouble error={error} again={again} />}
      {!value && !error && <Waiting />}
      {value?.length === 0 && <p class="empty">{t("admin.none")}</p>}
      {value && value.length > 0 && shown.length === 0 && <p class="empty">{t("admin.none_found")}</p>}
      <p class="visually-hidden" role="status">
        {number(shown.length)}
      </p>
      <ul class="account-list">
        {shown.map((one) => (
          <li key={one.name} data-account-name={one.name} class={one.disabled ? "is-disabled" : ""}>
            <button type="button" class="account-row" aria-expanded={open === one.name} onClick={() => setOpen(open === one.name ? null : one.name)}>
              <span>
                <strong>{say(one.display)}</strong> <span class="code small muted">{one.name}</span> {one.disabled && <span class="badge">{t("admin.state.disabled")}</span>}
              </span>
              <span class="small muted">{one.signed_in_at ? t("admin.last_seen", { date: dateTime(one.signed_in_at) }) : t("admin.never_seen")}</span>
              <span class="account-grants small">
                {one.grants.length === 0 ? <span class="muted">{t("admin.no_grants")}</span> : one.grants.map((grant) => `${codeText("role", grant.role)} · ${grant.scope.posts ? t("admin.scope.posts") : scopeText(grant.scope)}`).join(t("app.semicolon"))}
              </span>
            </button>
            {open === one.name && <AccountCard account={one} onChange={(next) => setChanged({ ...changed, [next.name]: next })} onReread={again} />}
          </li>
        ))}
      </ul>
    </div>
  );
}
