import type { Finding } from "../api/rules";
import { say, t } from "../i18n";
import { RuleLink } from "../parts/RuleLink";

const MOST = 30;

/** What the server says against rules; the rules it names are links. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul class="findings">
      {findings.slice(0, MOST).map((one, index) => (
        <FindingLine key={index} finding={one} />
      ))}
      {findings.length > MOST && <li class="muted">{t("rules.faults_more", { n: findings.length - MOST })}</li>}
    </ul>
  );
}

export function FindingLine({ finding, own }: { finding: Finding; own?: string }) {
  const named = [finding.rule, ...finding.others].filter((code): code is string => code !== null && code !== own);
  const examples = finding.examples.map((one) => say(one.name) || one.code).join(t("app.comma"));
  return (
    <li class={`finding ${finding.level}`} data-finding={finding.code}>
      <span class={finding.level === "error" ? "badge urgent" : "badge"}>{t(finding.level === "error" ? "changes.error" : "changes.warning")}</span> {say(finding.message)}
      {examples && (
        <span class="small muted">
          {" "}
          {t("rule.examples", { names: examples })}
          {finding.count > finding.examples.length && ` (${t("rule.and_more", { n: finding.count })})`}
        </span>
      )}
      {named.length > 0 && (
        <span class="named">
          {[...new Set(named)].map((code) => (
            <RuleLink key={code} code={code} />
          ))}
        </span>
      )}
    </li>
  );
}
