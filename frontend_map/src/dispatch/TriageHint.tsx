import { askTriage } from "../api/guidance";
import type { Incident } from "../api/types";
import { say, t } from "../i18n";
import { useLoad } from "../parts/load";

/** What category and words suggest of a fresh report: a hint with its reasons, a person decides. */
export function TriageHint({ incident }: { incident: Incident }) {
  const { value } = useLoad(`${incident.number}`, (abort) => askTriage(incident.category.key, incident.text.slice(0, 2000), abort));
  if (!value) return null;
  const said = [
    value.urgent && incident.urgency !== "urgent" ? t("triage.urgent") : null,
    value.to ? t("triage.tell", { to: value.to }) : null,
    value.enquiry ? t("triage.enquiry") : null,
  ].filter(Boolean);
  if (said.length === 0) return null;
  const why = value.flags.filter((one) => one.urgent || one.to).map((one) => say(one.why));
  return (
    <p class="note small triage">
      <strong>{said.join(t("app.comma"))}</strong> {[...new Set(why)].join("; ")}
    </p>
  );
}
