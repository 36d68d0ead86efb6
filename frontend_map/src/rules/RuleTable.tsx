import { useState } from "preact/hooks";
import type { Finding, Rule } from "../api/rules";
import { date, number } from "../format";
import { say, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { find } from "../state/change_set";
import { findRules, ruleWords, sentence } from "../state/rule_words";
import { changeSet, openRule, organisations } from "../state/rules_desk";
import { cityLayers, rulesView } from "../state/store";
import type { RulesView } from "../state/url";
import { Findings } from "./Findings";

const STEP = 200;

interface Props {
  rules: readonly Rule[];
  /** How many there are without filters. */
  all: number;
  old: boolean;
  findings: readonly Finding[];
}

/** All rules in the order in which they decide. */
export function RuleTable({ rules, all, old, findings }: Props) {
  const [most, setMost] = useState(STEP);
  const view = rulesView.value;
  const found = findRules(rules, view.find, view.layer);
  const filtered = view.find !== "" || view.layer !== null || view.category !== null || view.organisation !== null;
  return (
    <>
      {findings.length > 0 && (
        <details class="fold faults">
          <summary>{t("rules.faults", { n: number(findings.length) })}</summary>
          <Findings findings={findings} />
        </details>
      )}
      <Filters rules={rules} />
      <p class="small muted count-line" role="status">
        {filtered ? t("rules.count_of", { n: number(found.length), all: number(all) }) : t("rules.count", { n: number(all) })}
      </p>
      {found.length === 0 ? (
        <p class="empty">{all === 0 ? t("rules.none_at_all") : t("rules.none")}</p>
      ) : (
        <div class={old ? "table-box is-old" : "table-box"}>
          <table class="table rules-table">
            <thead>
              <tr>
                <th scope="col">{t("rules.column.code")}</th>
                <th scope="col">{t("rules.column.what")}</th>
                <th scope="col">{t("rules.column.where")}</th>
                <th scope="col">{t("rules.column.who")}</th>
                <th scope="col" class="number">
                  {t("rules.column.priority")}
                </th>
                <th scope="col">{t("rules.column.valid")}</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, most).map((rule) => (
                <Row key={`${rule.code} ${rule.version}`} rule={rule} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > most && (
        <button type="button" class="button" onClick={() => setMost(most + STEP)}>
          {t("rules.more", { n: number(Math.min(STEP, found.length - most)) })}
        </button>
      )}
    </>
  );
}

export function validity(rule: Pick<Rule, "state" | "valid_from" | "valid_to">): string {
  if (rule.state === "scheduled") return t("rules.state.scheduled", { date: date(rule.valid_from) });
  if (rule.state === "ended") return t("rules.state.ended");
  return rule.valid_to ? t("rules.until", { date: date(rule.valid_to) }) : t("rules.state.in_force");
}

function Row({ rule }: { rule: Rule }) {
  const words = ruleWords(rule);
  const planned = find(changeSet.value, rule.code);
  const removed = planned?.change.action === "remove";
  return (
    <tr class={removed ? "is-removed" : planned ? "is-changed" : ""} data-rule={rule.code} onClick={() => openRule(rule.code)}>
      <th scope="row">
        <button type="button" class="link" aria-label={t("rules.open", { code: rule.code, words: sentence(words) })} onClick={() => openRule(rule.code)}>
          {rule.code}
        </button>
        {planned && <span class="badge">{removed ? t("rules.to_remove") : t("rules.changed")}</span>}
      </th>
      <td>{words.what}</td>
      <td>{words.where}</td>
      <td>
        <strong>{words.who}</strong>
        {words.with && <span class="small muted block">{t("rules.with", { names: words.with })}</span>}
        {say(rule.note) && <span class="small muted block">{say(rule.note)}</span>}
      </td>
      <td class="number">{number(rule.priority)}</td>
      <td class={rule.state === "in_force" && !rule.valid_to && !rule.scheduled ? "small is-plain" : "small"}>
        {validity(rule)}
        {rule.scheduled && <span class="block muted">{t("rules.scheduled", { date: date(rule.scheduled.valid_from) })}</span>}
      </td>
    </tr>
  );
}

function Filters({ rules }: { rules: readonly Rule[] }) {
  const view = rulesView.value;
  const change = (part: Partial<RulesView>): void => void (rulesView.value = { ...rulesView.value, ...part });
  const used = new Set(rules.map((rule) => rule.layer?.code));
  const layers = cityLayers.value.filter((layer) => used.has(layer.code) || layer.code === view.layer);
  return (
    <div class="filters rule-filters" role="group" aria-label={t("list.filters")}>
      <label>
        <span class="label">{t("rules.find")}</span>
        <input id="rule-search" type="search" autocomplete="off" placeholder={t("rules.find_hint")} value={view.find} onInput={(event) => change({ find: event.currentTarget.value })} />
      </label>
      <label>
        <span class="label">{t("rules.organisation")}</span>
        <select name="organisation" value={view.organisation ?? ""} onChange={(event) => change({ organisation: event.currentTarget.value || null })}>
          <option value="">{t("rules.organisation_any")}</option>
          {organisations.value
            .filter((one) => !["community", "squad"].includes(one.kind) || one.code === view.organisation)
            .map((one) => (
              <option key={one.code} value={one.code}>
                {say(one.name)}
              </option>
            ))}
        </select>
      </label>
      <label>
        <span class="label">{t("rules.layer")}</span>
        <select name="layer" value={view.layer ?? ""} onChange={(event) => change({ layer: event.currentTarget.value || null })}>
          <option value="">{t("rules.layer_any")}</option>
          {layers.map((layer) => (
            <option key={layer.code} value={layer.code}>
              {say(layer.name)}
            </option>
          ))}
        </select>
      </label>
      <div class="wide">
        <CategoryPicker label={t("rules.category")} anyLabel={t("rules.any_category")} value={view.category} onChange={(category) => change({ category })} subtrees />
      </div>
    </div>
  );
}
