import { useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { ActorButton } from "../dispatch/ActorField";
import { codeText, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Menu } from "../parts/Menu";
import { chosenRole, heldRole } from "../state/actor";
import { displayName, me, ownRoles, saysWho, scopeText, signOut, signedIn } from "../state/session";
import { flash } from "../state/store";
import { asApiError } from "../parts/load";
import { OwnAccount, type AccountTab } from "./OwnAccount";

/** The open part of the account dialog. */
export const accountOpen = signal<AccountTab | null>(null);

/** Who I am, as what, for what: always in sight. Where nobody signs in, the chooser of who acts. */
export function AccountButton() {
  if (!me.value) return null;
  return (
    <div class="bar-account">
      {saysWho.value && <ActorButton />}
      {signedIn.value && <Own />}
      <OwnAccount open={accountOpen.value} onTab={(tab) => (accountOpen.value = tab)} />
    </div>
  );
}

function Own() {
  const [leaving, setLeaving] = useState(false);
  const here = me.value!;
  const held = heldRole.value;
  const what = held ? t("account.role_of", { role: codeText("role", held.role), scope: scopeText(held.scope) }) : t("account.no_scope");
  const leave = (): void => {
    setLeaving(true);
    signOut().catch((cause: unknown) => {
      setLeaving(false);
      flash.value = t("signin.failed", { detail: asApiError(cause).message });
    });
  };
  return (
    <Menu
      name="account"
      class="account-button"
      spoken={`${t("account.mine")} ${displayName.value} ${what}`}
      label={
        <>
          <span class="account-mark" aria-hidden="true">
            <Glyph name="person" size={18} />
          </span>
          <span class="actor-name">{displayName.value}</span>
          <span class="actor-what small">{what}</span>
        </>
      }
    >
      {(close) => (
        <div class="account-menu">
          <p>
            <strong>{displayName.value}</strong> <span class="code small muted">{here.name}</span>
          </p>
          <Roles />
          <ul class="account-ways">
            <li>
              <button
                type="button"
                data-account="sessions"
                onClick={() => {
                  close();
                  accountOpen.value = "sessions";
                }}
              >
                <Glyph name="list" size={16} />
                {t("account.sessions")}
              </button>
            </li>
            <li>
              <button
                type="button"
                data-account="password"
                onClick={() => {
                  close();
                  accountOpen.value = "password";
                }}
              >
                <Glyph name="lock" size={16} />
                {t("account.password")}
              </button>
            </li>
            <li>
              <button type="button" data-account="leave" aria-disabled={leaving} onClick={leave}>
                <Glyph name="right" size={16} />
                {t("signin.out")}
              </button>
            </li>
          </ul>
        </div>
      )}
    </Menu>
  );
}

/** All roles with their scopes; with several, the one to act in is chosen here. */
function Roles() {
  const roles = ownRoles.value;
  if (roles.length < 2) {
    const only = roles[0];
    return only ? <p class="small muted">{`${codeText("role", only.role)} · ${scopeText(only.scope)}`}</p> : <p class="small muted">{t("admin.no_grants")}</p>;
  }
  return (
    <fieldset class="account-roles">
      <legend class="label">{t("account.work_as")}</legend>
      {roles.map((one, at) => (
        <label key={at} class="check">
          <input type="radio" name="work-as" checked={heldRole.value === one} onChange={() => (chosenRole.value = at)} />
          <span>
            {codeText("role", one.role)} <span class="muted small">{scopeText(one.scope)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Said at the top of every page of a server where nobody signs in. */
export function OpenBanner() {
  if (!me.value?.open) return null;
  return (
    // A landmark of its own: all of a page lies in one.
    <aside class="open-banner small">
      <Glyph name="warn" size={15} />
      {t("open.banner")}
    </aside>
  );
}

/** A page that the account does not open: why, and the way on. */
export function NotAllowed({ onMap }: { onMap: () => void }) {
  return (
    <section class="not-allowed" role="alert">
      <h2>{t("page.not_allowed")}</h2>
      <p>{t("page.not_allowed_how")}</p>
      <p class="muted small">{ownRoles.value.map((one) => `${codeText("role", one.role)} · ${scopeText(one.scope)}`).join(t("app.comma")) || say(me.value?.display)}</p>
      <button type="button" class="button primary" onClick={onMap}>
        {t("page.to_map")}
      </button>
    </section>
  );
}

