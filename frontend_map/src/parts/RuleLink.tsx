import { t } from "../i18n";
import { openRule, rulesAddress } from "../state/rules_desk";

/** A rule's code that leads to the rule. */
export function RuleLink({ code }: { code: string }) {
  return (
    <a
      class="rule-code"
      href={rulesAddress(code)}
      onClick={(event) => {
        // A new tab stays a new tab.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        openRule(code);
      }}
    >
      {t("why.rule", { code })}
    </a>
  );
}
