import { useEffect, useId, useRef, useState } from "preact/hooks";
import { addAccount, type Account } from "../api/accounts";
import type { Organisation } from "../api/organisations";
import { organisationOptions } from "../department/finders";
import { say, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { Field } from "../parts/Field";
import { asApiError } from "../parts/load";
import { GrantField, NEW_GRANT, grantBody, type GrantDraft } from "./GrantField";
import { SHORTEST } from "./OwnAccount";

/** A new account with its first grant. */
export function NewAccountForm({ onDone }: { onDone: (made: Account | null) => void }) {
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [zh, setZh] = useState("");
  const [en, setEn] = useState("");
  const [person, setPerson] = useState("");
  const [organisation, setOrganisation] = useState<Organisation | null>(null);
  const [password, setPassword] = useState("");
  const [grant, setGrant] = useState<GrantDraft>(NEW_GRANT);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ field: string; text: string } | null>(null);
  useEffect(() => first.current?.focus(), []);
  const lacks = { name: name.trim() === "", zh: zh.trim() === "", password: password !== "" && password.length < SHORTEST, grant: grantBody(grant) === null };
  const said = (field: string): string | undefined => (refused && refused.field.startsWith(field) ? refused.text : undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (busy || Object.values(lacks).some(Boolean)) return;
    setBusy(true);
    setRefused(null);
    try {
      onDone(
        await addAccount({
          name: name.trim(),
          display: { zh: zh.trim(), ...(en.trim() ? { en: en.trim() } : {}) },
          ...(organisation ? { organisation: organisation.code } : {}),
          ...(person.trim() ? { person: person.trim() } : {}),
          ...(password ? { password } : {}),
          grants: [grantBody(grant)!],
        }),
      );
    } catch (cause) {
      const error = asApiError(cause);
      setRefused({ field: error.errors[0]?.field ?? "", text: error.errors[0]?.message ?? error.message });
      setBusy(false);
    }
  };
  return (
    <form class="report boxed" noValidate aria-label={t("admin.add")} onSubmit={(event) => void submit(event)}>
      {refused && (
        <p class="trouble" role="alert">
          {refused.text}
        </p>
      )}
      <Field id={`${id}-name`} label={t("admin.name")} required hint={t("admin.name_hint")} error={tried && lacks.name ? t("step.needed") : said("name")}>
        <input ref={first} id={`${id}-name`} name="account-name" autocomplete="off" autocapitalize="none" spellcheck={false} maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <div class="columns">
        <Field id={`${id}-zh`} label={t("admin.display_zh")} required error={tried && lacks.zh ? t("step.needed") : undefined}>
          <input id={`${id}-zh`} name="account-zh" autocomplete="off" maxLength={100} value={zh} onInput={(event) => setZh(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-en`} label={t("admin.display_en")}>
          <input id={`${id}-en`} name="account-en" autocomplete="off" maxLength={100} value={en} onInput={(event) => setEn(event.currentTarget.value)} />
        </Field>
      </div>
      {organisation ? (
        <p class="chosen">
          <span class="label">{t("department.organisation")}</span> <strong>{say(organisation.name)}</strong>{" "}
          <button type="button" class="link" onClick={() => setOrganisation(null)}>
            {t("report.category_change")}
          </button>
        </p>
      ) : (
        <Combo<Organisation> labelled label={t("department.organisation")} name="account-organisation" none={t("rule.organisation_none")} open find={organisationOptions} onTake={setOrganisation} />
      )}
      <div class="columns">
        <Field id={`${id}-password`} label={t("admin.password")} hint={t("admin.password_hint")} error={tried && lacks.password ? t("account.password_short", { n: SHORTEST }) : said("password")}>
          <input id={`${id}-password`} name="account-password" type="password" autocomplete="new-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-person`} label={t("admin.person_code")} hint={t("admin.scope.posts_hint")} error={said("person")}>
          <input id={`${id}-person`} name="account-person" autocomplete="off" maxLength={60} value={person} onInput={(event) => setPerson(event.currentTarget.value)} />
        </Field>
      </div>
      <GrantField draft={grant} onChange={setGrant} posts={person.trim() !== ""} error={tried && lacks.grant ? t("admin.scope_needed") : said("grants")} />
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {t("admin.add")}
        </button>
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("admin.cancel")}
        </button>
      </div>
    </form>
  );
}
