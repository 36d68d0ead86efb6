import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { loadChecks, loadRules } from "../api/rules";
import { DeadlinesTab } from "../deadlines/DeadlinesTab";
import { number } from "../format";
import { t } from "../i18n";
import { Tabs } from "../parts/Tabs";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { changeSet, loadNames, openRule, rulesVersion, tab, trial, type Tab } from "../state/rules_desk";
import { rulesView } from "../state/store";
import { NEW_RULE } from "../state/url";
import { ChangeBar } from "./ChangeBar";
import { ChangeList } from "./ChangeList";
import { Result } from "./Result";
import { RuleForm } from "./RuleForm";
import { RuleTable } from "./RuleTable";

/** The desk of whoever keeps the rules: what holds, what shall change, and what that would do. */
export function RulesPage() {
  const view = rulesView.value;
  const version = rulesVersion.value;
  const rules = useLoad(`${version} ${view.category} ${view.organisation}`, (abort) => loadRules({ category: view.category, organisation: view.organisation }, abort));
  // Codes and versions of all rules, whatever is filtered.
  const all = useLoad(`${version}`, (abort) => loadRules({ category: null, organisation: null }, abort));
  const checks = useLoad(`${version}`, loadChecks);
  useEffect(() => void loadNames().catch((cause: unknown) => console.warn("organisations:", cause)), []);
  // The map has less room here than on its own page.
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value]);

  const open = view.rule;
  // A rule begins at its top; the list comes back where it was left.
  const body = useRef<HTMLDivElement>(null);
  const left = useRef(0);
  const listed = tab.value === "rules" && open === null;
  useLayoutEffect(() => {
    if (body.current) body.current.scrollTop = listed ? left.current : 0;
  }, [listed, tab.value, open]);
  const items = all.value?.items ?? null;
  return (
    <section class="desk" data-covers="none" aria-label={t("rules.title")}>
      <header class="desk-head">
        <h2>{t("rules.title")}</h2>
        <Tabs<Tab>
          label={t("rules.title")}
          tabs={[
            { key: "rules", name: t("rules.tab.rules"), count: items?.length },
            { key: "changes", name: t("rules.tab.changes"), count: changeSet.value.planned.length },
            { key: "result", name: t("rules.tab.result"), count: trial.value?.result.move },
            { key: "deadlines", name: t("rules.tab.deadlines") },
          ]}
          value={tab.value}
          onChange={(next) => (tab.value = next)}
        />
      </header>
      <div ref={body} class="desk-body" onScroll={(event) => listed && (left.current = event.currentTarget.scrollTop)} tabIndex={0} role="group" aria-label={t(`rules.tab.${tab.value}`)}>
        {tab.value === "rules" && open !== null && items !== null && <RuleForm key={open} code={open} rules={items} />}
        {tab.value === "rules" && open === null && (
          <>
            <div class="desk-intro">
              <p class="small muted">{t("rules.intro")}</p>
              <button type="button" class="button primary" onClick={() => openRule(NEW_RULE)}>
                {t("rules.new")}
              </button>
            </div>
            {rules.error && <Trouble error={rules.error} again={rules.again} />}
            {rules.loading && !rules.value && <Waiting />}
            {rules.value && (
              <RuleTable rules={rules.value.items} all={items?.length ?? rules.value.items.length} old={rules.loading} findings={checks.value?.findings ?? []} />
            )}
          </>
        )}
        {tab.value === "rules" && open !== null && items === null && (all.error ? <Trouble error={all.error} again={all.again} /> : <Waiting />)}
        {tab.value === "changes" && <ChangeList />}
        {tab.value === "result" && <Result />}
        {tab.value === "deadlines" && <DeadlinesTab />}
      </div>
      {tab.value !== "deadlines" && <ChangeBar rules={items ?? []} />}
      <p class="visually-hidden" role="status">
        {items ? t("rules.count", { n: number(items.length) }) : ""}
      </p>
    </section>
  );
}
