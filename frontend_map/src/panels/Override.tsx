import { useId, useState } from "preact/hooks";
import { override } from "../api/override";
import type { Incident, Named } from "../api/types";
import { dateTime } from "../format";
import { codeText, say, t } from "../i18n";
import { OrganisationField } from "../parts/OrganisationField";
import { ReasonField } from "../parts/ReasonField";
import { asApiError } from "../parts/load";
import { announcement, incidentsVersion } from "../state/store";
import { may } from "../state/session";

interface Props {
  incident: Incident;
  onChanged: (incident: Incident) => void;
}

/** Who works on it: by the rules, or by a person's word against them. Both stay visible. */
export function Override({ incident, onChanged }: Props) {
  const [open, setOpen] = useState<"change" | "lift" | null>(null);
  const now = incident.override;
  const computed = incident.routing.responsible;
  const changed = (next: Incident): void => {
    setOpen(null);
    incidentsVersion.value++;
    announcement.value = t(next.override ? "override.done" : "override.lifted", { org: nameOf(next.responsible) });
    onChanged(next);
  };
  return (
    <section class="override">
      {now && (
        <div class="sides">
          <div class="side">
            <h3>{t("override.computed")}</h3>
            <p class="side-name is-void">{nameOf(computed)}</p>
          </div>
          <div class="side is-now">
            <h3>{t("override.now")}</h3>
            <p class="side-name">{nameOf(now.organisation)}</p>
            {now.supporting.length > 0 && <p class="small">{t("rules.with", { names: now.supporting.map((one) => say(one.name)).join(t("app.comma")) })}</p>}
            <p class="small">{now.reason}</p>
            <p class="small muted">{t("override.by", { by: codeText("actor", now.by), date: dateTime(now.at) })}</p>
          </div>
        </div>
      )}
      {!may("incidents_route") ? null : open === null ? (
        <div class="panel-actions">
          <button type="button" class="button" onClick={() => setOpen("change")}>
            {t("override.open")}
          </button>
          {now && (
            <button type="button" class="button" onClick={() => setOpen("lift")}>
              {t("override.lift")}
            </button>
          )}
        </div>
      ) : (
        <OverrideForm key={open} incident={incident} lift={open === "lift"} onChanged={changed} onCancel={() => setOpen(null)} />
      )}
    </section>
  );
}

const nameOf = (organisation: Named | null): string => (organisation ? say(organisation.name) : t("result.no_organisation"));

interface FormProps {
  incident: Incident;
  lift: boolean;
  onChanged: (incident: Incident) => void;
  onCancel: () => void;
}

function OverrideForm({ incident, lift, onChanged, onCancel }: FormProps) {
  const [chosen, setChosen] = useState<Named | null>(null);
  const [reason, setReason] = useState("");
  const [errors, setErrors] = useState<{ organisation?: string; reason?: string }>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const id = useId();

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (saving) return;
    const found: typeof errors = {};
    if (!lift && !chosen) found.organisation = t("override.need_organisation");
    if (!reason.trim()) found.reason = t("override.need_reason");
    setErrors(found);
    setFailure(null);
    if (Object.keys(found).length > 0) return;
    setSaving(true);
    try {
      onChanged(await override(incident.number, { organisation: lift ? null : chosen!.code, supporting: [], reason: reason.trim() }));
    } catch (cause) {
      const error = asApiError(cause);
      const told: typeof errors = {};
      for (const { field, message } of error.errors) {
        if (field.endsWith("organisation")) told.organisation = message;
        if (field.endsWith("reason")) told.reason = message;
      }
      setErrors(told);
      const plain = error.code === "unreachable" ? t("notice.unreachable") : error.message;
      setFailure(Object.keys(told).length > 0 ? null : t("override.failed", { detail: plain }));
      setSaving(false);
    }
  };

  return (
    <form class="report boxed" noValidate aria-label={lift ? t("override.lift") : t("override.title")} onSubmit={(event) => void submit(event)}>
      <p class="small muted">{t("override.intro")}</p>
      {failure && (
        <p class="trouble" role="alert">
          {failure}
        </p>
      )}
      {!lift &&
        (chosen ? (
          <p class="chosen">
            <span class="label">{t("override.organisation")}</span> <strong>{say(chosen.name)}</strong>{" "}
            <button type="button" class="link" onClick={() => setChosen(null)}>
              {t("report.category_change")}
            </button>
          </p>
        ) : (
          <OrganisationField label={t("override.organisation")} labelled name="organisation" error={errors.organisation} onTake={setChosen} />
        ))}
      <ReasonField id={id} label={t("override.reason")} hint={t("override.reason_hint")} value={reason} error={errors.reason} onInput={setReason} />
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={saving}>
          {saving ? t("override.saving") : lift ? t("override.lift_do") : t("override.save")}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("override.cancel")}
        </button>
      </div>
    </form>
  );
}
