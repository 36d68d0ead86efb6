import { useEffect } from "preact/hooks";
import { number } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Tabs } from "../parts/Tabs";
import { openPlan } from "../state/store";
import { AskDialog } from "./AskDialog";
import { BalancePane } from "./BalancePane";
import { Comparison } from "./Comparison";
import { ConflictDialog } from "./ConflictDialog";
import { History } from "./History";
import { composing } from "./keys";
import { person, personKnown, typedPerson } from "./person";
import { StateBadge } from "./PlanList";
import { Problems } from "./Problems";
import { Proposals } from "./Proposals";
import { Review } from "./Review";
import { SaveState } from "./SaveState";
import { DESK_TABS, deskTab, found, plan, totals, type DeskTab } from "./state";
import { ZoneCard } from "./ZoneCard";

/** One plan: its balance, problems, proposals, history, and the way into force. */
export function Desk() {
  const here = plan.value;
  useEffect(() => () => void (deskTab.value = "balance"), []);
  if (!here) return null;
  const counts: Partial<Record<DeskTab, number>> = { problems: found.value.length };
  return (
    <section class="desk planner" data-covers="none" aria-label={t("planner.desk", { name: say(here.name) })}>
      <header class="desk-head plan-head">
        <div class="plan-line">
          <button type="button" class="icon-button" aria-label={t("planner.all_plans")} title={t("planner.all_plans")} onClick={() => (openPlan.value = null)}>
            <Glyph name="left" />
          </button>
          <h2 tabIndex={-1}>{say(here.name)}</h2>
          <StateBadge state={here.state} />
        </div>
        <div class="plan-line small">
          <SaveState />
          {!personKnown.value && (
            <label class="plan-person">
              <span class="muted">{t("planner.your_name")}</span>
              <input
                id="planner-name"
                maxLength={100}
                placeholder={t("planner.name_here")}
                autocomplete="name"
                value={person.value}
                onInput={(event) => (typedPerson.value = event.currentTarget.value)}
                onKeyDown={(event) => event.key === "Enter" && !composing(event) && document.querySelector<HTMLElement>("#map canvas")?.focus()}
              />
            </label>
          )}
        </div>
        {here.note && (
          // In sight as long as nothing has been done: whoever opens a fresh plan learns what it is about.
          <details key={here.code} class="plan-note small" open={here.revision === 0}>
            <summary>{t("planner.note")}</summary>
            <p>{say(here.note)}</p>
          </details>
        )}
        <Totals />
        <Tabs<DeskTab>
          label={t("planner.tabs")}
          tabs={DESK_TABS.map((key) => ({ key, name: t(`desktab.${key}`), count: counts[key] }))}
          value={deskTab.value}
          onChange={(next) => (deskTab.value = next)}
        />
      </header>
      <ZoneCard />
      {deskTab.value === "balance" && <BalancePane />}
      {deskTab.value === "problems" && <Problems />}
      {deskTab.value === "proposals" && <Proposals />}
      {deskTab.value === "history" && <History />}
      {deskTab.value === "compare" && <Comparison />}
      {deskTab.value === "review" && <Review />}
      <AskDialog />
      <ConflictDialog />
    </section>
  );
}

function Totals() {
  const sum = totals.value;
  return (
    <dl class="totals">
      <div>
        <dt>{t("totals.grids")}</dt>
        <dd>{number(sum.grids)}</dd>
      </div>
      <div>
        <dt>{t("totals.in_band")}</dt>
        <dd>
          {number(sum.inBand)} / {number(sum.judged)}
        </dd>
      </div>
      <div>
        <dt>{t("totals.households")}</dt>
        <dd>{number(sum.households)}</dd>
      </div>
      <div>
        <dt>{t("totals.moved")}</dt>
        <dd data-total="moved">{number(sum.moved)}</dd>
      </div>
    </dl>
  );
}
