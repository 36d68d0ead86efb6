import { useState } from "preact/hooks";
import { loadPlans, type Plan } from "../api/plans";
import { date, number } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { cityLayers, openPlan } from "../state/store";
import { NewPlanForm } from "./NewPlanForm";
import { planListVersion } from "./state";
import { may } from "../state/session";

const DONE: readonly Plan["state"][] = ["published", "superseded", "withdrawn", "rolled_back"];

/** Where every plan begins, and is found again. */
export function PlanList() {
  const plans = useLoad(`${planListVersion.value}`, loadPlans);
  const [making, setMaking] = useState(false);
  const items = plans.value?.items ?? null;
  const open = items?.filter((one) => !DONE.includes(one.state)) ?? [];
  const done = items?.filter((one) => DONE.includes(one.state)) ?? [];
  return (
    <section class="desk planner" data-covers="none" aria-label={t("planner.title")}>
      <header class="desk-head">
        <h2>{t("planner.title")}</h2>
      </header>
      <div class="desk-body" tabIndex={0} role="group" aria-label={t("planner.all_plans")}>
        {making ? (
          <NewPlanForm onClose={() => setMaking(false)} />
        ) : (
          <div class="desk-intro">
            <p class="small muted">{t("planner.intro")}</p>
            <button type="button" class="button primary" hidden={!may("plans_draw")} onClick={() => setMaking(true)}>
              <Glyph name="plus" />
              {t("planner.new")}
            </button>
          </div>
        )}
        {plans.error && <Trouble error={plans.error} again={plans.again} />}
        {plans.loading && !items && <Waiting />}
        {items?.length === 0 && !making && (
          <div class="empty plan-empty">
            <p>{t("planner.none")}</p>
            <ol>
              <li>{t("planner.how_1")}</li>
              <li>{t("planner.how_2")}</li>
              <li>{t("planner.how_3")}</li>
            </ol>
          </div>
        )}
        {open.length > 0 && <Plans title={t("planner.open_plans")} plans={open} />}
        {done.length > 0 && <Plans title={t("planner.done_plans")} plans={done} />}
      </div>
    </section>
  );
}

export function StateBadge({ state }: { state: Plan["state"] }) {
  return <span class={`badge plan-state is-${state}`}>{t(`planstate.${state}`)}</span>;
}

function Plans({ title, plans }: { title: string; plans: readonly Plan[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul class="plan-list">
        {plans.map((plan) => (
          <li key={plan.code} data-plan={plan.code}>
            <div class="plan-line">
              <button type="button" class="link plan-name" onClick={() => (openPlan.value = plan.code)}>
                {say(plan.name)}
              </button>
              <StateBadge state={plan.state} />
            </div>
            <p class="small muted">{about(plan)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function about(plan: Plan): string {
  const area = plan.area ? say(plan.area.name) || plan.area.code : t("planner.whole");
  const layer = cityLayers.value.find((one) => one.code === plan.layer);
  return [
    say(layer?.name) || plan.layer,
    area,
    t("planner.size", { zones: number(plan.zones), households: number(plan.households) }),
    plan.author ?? "",
    date(plan.created_at),
    plan.effective_from ? t("planner.effective", { date: date(plan.effective_from) }) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
