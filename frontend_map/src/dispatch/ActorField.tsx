import { useEffect, useId, useRef } from "preact/hooks";
import { codeText, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { OrganisationField } from "../parts/OrganisationField";
import { ROLES, actor, actorName, actorOrganisation, actorRole, known, type Role } from "../state/actor";
import { loadNames, organisations } from "../state/rules_desk";
import { actorOpen } from "./state";

const organisationName = (code: string | null): string => {
  if (code === null) return "";
  const found = organisations.value.find((one) => one.code === code);
  return found ? say(found.name) : code;
};

/** Who is at work, always in sight; a press opens the form. */
export function ActorButton() {
  useEffect(() => void loadNames().catch((cause: unknown) => console.warn("organisations:", cause)), []);
  const where = organisationName(actorOrganisation.value);
  return (
    <button type="button" class={known.value ? "actor-button" : "actor-button is-unknown"} aria-haspopup="dialog" onClick={() => (actorOpen.value = true)}>
      <span class="actor-name">{known.value ? actor.value.by : t("actor.unknown")}</span>
      <span class="actor-what small">{[codeText("role", actorRole.value), where].filter(Boolean).join(" · ")}</span>
    </button>
  );
}

/** Name, role and organisation: what every step is recorded under. */
export function ActorDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const open = actorOpen.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog actor-dialog" aria-label={t("actor.title")} onClose={() => (actorOpen.value = false)}>
      {open && (
        <form
          class="report"
          onSubmit={(event) => {
            event.preventDefault();
            actorOpen.value = false;
          }}
        >
          <header class="panel-head">
            <h2>{t("actor.title")}</h2>
            <button type="button" class="icon-button" aria-label={t("app.close")} onClick={() => (actorOpen.value = false)}>
              <Glyph name="close" />
            </button>
          </header>
          <p class="small muted">{t("actor.intro")}</p>
          <label>
            <span class="label">{t("actor.name")}</span>
            <input id={`${id}-name`} name="actor-name" maxLength={60} autocomplete="name" value={actorName.value} onInput={(event) => (actorName.value = event.currentTarget.value)} />
          </label>
          <label>
            <span class="label">{t("actor.role")}</span>
            <select name="actor-role" value={actorRole.value} onChange={(event) => (actorRole.value = event.currentTarget.value as Role)}>
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {codeText("role", role)}
                </option>
              ))}
            </select>
          </label>
          {actorOrganisation.value ? (
            <p class="chosen">
              <span class="label">{t("actor.organisation")}</span> <strong>{organisationName(actorOrganisation.value)}</strong>{" "}
              <button type="button" class="link" onClick={() => (actorOrganisation.value = null)}>
                {t("report.category_change")}
              </button>
            </p>
          ) : (
            <OrganisationField label={t("actor.organisation")} labelled name="actor-organisation" onTake={(one) => (actorOrganisation.value = one.code)} />
          )}
          <div class="panel-actions">
            <button type="submit" class="button primary">
              {t("actor.done")}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}
