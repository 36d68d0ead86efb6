import type { Finding, RuleInput } from "../api/rules";
import type { Text } from "../api/types";
import { date, number } from "../format";
import { say, t } from "../i18n";
import { changesOf, codeOf, differences, drop, inputOf, type Planned, type RuleField } from "../state/change_set";
import { inputWords, ruleWords, sentence, zoneKey } from "../state/rule_words";
import { changeSet, openRule, organisations, tab } from "../state/rules_desk";
import { categories, cityLayers } from "../state/store";
import { FindingLine, Findings } from "./Findings";
import { useChecks } from "./use_checks";

const lexicon = (names: Readonly<Record<string, Text>>) => ({ categories: categories.value, layers: cityLayers.value, organisations: organisations.value, names });

/** What shall change, each beside what holds now, with the server's checks of the whole. */
export function ChangeList() {
  const set = changeSet.value;
  const checked = useChecks(set.planned.length > 0 ? changesOf(set) : null);
  if (set.planned.length === 0) {
    return (
      <div class="empty-page">
        <p>{t("changes.none")}</p>
        <button type="button" class="button" onClick={() => (tab.value = "rules")}>
          {t("changes.to_rules")}
        </button>
      </div>
    );
  }
  const found = checked.findings ?? [];
  const apart = found.filter((one) => one.change === null && one.new);
  return (
    <>
      <p class="check-state" role="status">
        {checked.busy && checked.findings === null && <span class="muted">{t("rule.checking")}</span>}
        {checked.error && <span class="field-error">{t("rule.checks_failed", { detail: checked.error.message })}</span>}
        {!checked.error && checked.findings !== null && (
          <span class={checked.refused ? "badge urgent" : "badge plain"}>{checked.refused ? t("changes.refused") : t("changes.clean")}</span>
        )}{" "}
        <span class="small muted">{t("changes.kept")}</span>
      </p>
      {apart.length > 0 && <Findings findings={apart} />}
      <ul class="changes">
        {set.planned.map((planned, index) => (
          <Item key={codeOf(planned.change)} planned={planned} findings={found.filter((one) => one.change === index)} />
        ))}
      </ul>
    </>
  );
}

function Item({ planned, findings }: { planned: Planned; findings: readonly Finding[] }) {
  const { change, before } = planned;
  const code = codeOf(change);
  const kind = change.action === "remove" ? "remove" : before ? "save" : "save_new";
  return (
    <li class={`change ${kind}`} data-change={code}>
      <header>
        <span class="badge plain">{t(`changes.${kind}`)}</span> <strong>{code}</strong>
        <span class="change-acts">
          {change.action === "save" && (
            <button type="button" class="link" aria-label={t("changes.edit_label", { code })} onClick={() => openRule(code)}>
              {t("changes.edit")}
            </button>
          )}
          <button type="button" class="link" aria-label={t("changes.drop_label", { code })} onClick={() => (changeSet.value = drop(changeSet.value, code))}>
            {t("changes.drop")}
          </button>
        </span>
      </header>
      <PlannedWords planned={planned} />
      {findings.length > 0 && (
        <ul class="findings">
          {findings.map((one, index) => (
            <FindingLine key={index} finding={one} own={code} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** A change in words: the rule, and field by field what differs. */
export function PlannedWords({ planned: { change, before, names } }: { planned: Planned }) {
  if (change.action === "remove") return <p class="struck">{before ? sentence(ruleWords(before)) : change.code}</p>;
  const now = before ? inputOf(before) : null;
  const beforeNames = before?.layer && before.zone ? { ...names, [zoneKey(before.layer.code, before.zone.code)]: before.zone.name } : names;
  return (
    <>
      <p>{sentence(inputWords(change.rule, lexicon(names)))}</p>
      {now && (
        <dl class="diff">
          {differences(now, change.rule).map((field) => (
            <div key={field}>
              <dt>{t(`changes.field.${field}`)}</dt>
              <dd>
                <del>{fieldText(field, now, beforeNames)}</del> <ins>{fieldText(field, change.rule, names)}</ins>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function fieldText(field: RuleField, rule: RuleInput, names: Readonly<Record<string, Text>>): string {
  const words = inputWords(rule, lexicon(names));
  const none = t("app.none");
  switch (field) {
    case "category":
      return words.what;
    case "layer":
    case "zone":
      return words.where;
    case "assign_to":
      return t(`rules.to.${rule.assign_to}`);
    case "organisation":
      return rule.organisation ? words.who : none;
    case "supporting":
      return words.with || none;
    case "priority":
      return number(rule.priority);
    case "note":
      return say(rule.note) || none;
    case "valid_to":
      return rule.valid_to ? date(rule.valid_to) : none;
  }
}
