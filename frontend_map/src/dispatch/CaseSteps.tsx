import type { Case } from "../api/cases";
import type { Incident } from "../api/types";
import { dateTime } from "../format";
import { codeText, isKey, say, t } from "../i18n";
import { stepName } from "./step_name";
import { organisations } from "../state/rules_desk";

/** Everything that was done, the latest first; where the life of a case is not to be had, what the history says. */
export function CaseSteps({ incident, item }: { incident: Incident; item: Case | null }) {
  if (!item) {
    return (
      <ol class="history case-steps">
        {incident.history.toReversed().map((entry) => (
          <li key={entry.seq}>
            <time dateTime={entry.at}>{dateTime(entry.at)}</time> <strong>{codeText("action", entry.action)}</strong>
            <span class="muted"> {codeText("actor", entry.actor)}</span>
          </li>
        ))}
      </ol>
    );
  }
  if (item.steps.length === 0) return <p class="muted">{t("case.no_steps")}</p>;
  return (
    <ol class="history case-steps">
      {item.steps
        .toSorted((a, b) => b.seq - a.seq)
        .map((one) => (
          <li key={one.seq}>
            <p>
              <strong>{stepName(one.name)}</strong>
              {one.from && one.to && one.from !== one.to && (
                <span class="small muted">
                  {" "}
                  {codeText("state", one.from)} → {codeText("state", one.to)}
                </span>
              )}
            </p>
            {[reasonText(one.action, one.reason), one.result, one.note].filter(Boolean).map((text) => (
              <p key={text} class="small step-reason">
                {text}
              </p>
            ))}
            {one.attachments.length > 0 && <p class="small muted">{t("case.photos", { n: one.attachments.length })}</p>}
            <p class="small muted">
              <time dateTime={one.at}>{dateTime(one.at)}</time> {[codeText("actor", one.by), one.role ? codeText("role", one.role) : null, where(one.organisation)].filter(Boolean).join(" · ")}
            </p>
          </li>
        ))}
    </ol>
  );
}

/** A reason that is a code, in words. */
function reasonText(action: string, reason: string | null): string | null {
  const key = `option.${reason}`;
  return action === "direct_report" && isKey(key) ? t(key as "option.multi_department") : reason;
}

function where(organisation: Case["steps"][number]["organisation"]): string {
  if (organisation === null) return "";
  if (typeof organisation !== "string") return say(organisation.name);
  const found = organisations.value.find((one) => one.code === organisation);
  return found ? say(found.name) : organisation;
}
