import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError } from "../parts/load";
import type { ApiError } from "../api/client";
import { cityMap } from "../state/map";
import { openPlan } from "../state/store";
import { Desk } from "./Desk";
import { PlanList } from "./PlanList";
import { followPlan } from "./follow";
import { zoomToPlan } from "./moves";
import { draft, plan, resetDesk } from "./state";
import { look, open } from "./sync";
import { tell } from "./actions";

/** The planner's page: the list of plans, or one of them on the desk. */
export function PlannerPage() {
  const code = openPlan.value;
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [round, setRound] = useState(0);
  // The map has another share of the window than on its own page.
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value, code === null]);
  useEffect(() => {
    resetDesk();
    setFailure(null);
    if (code === null) return;
    const abort = new AbortController();
    open(code, abort.signal)
      .then(() => !abort.signal.aborted && zoomToPlan())
      .catch((cause: unknown) => !abort.signal.aborted && setFailure(asApiError(cause)));
    // Somebody else may work on the same plan.
    const stop = followPlan(code, () => {
      look()
        .then((changed) => changed && tell(changed === "state" && plan.value ? t("plan.state_elsewhere", { state: t(`planstate.${plan.value.state}`) }) : t("plan.changed_elsewhere")))
        .catch((cause: unknown) => console.warn("plan:", cause));
    });
    return () => {
      abort.abort();
      stop();
    };
  }, [code, round]);
  useEffect(() => resetDesk, []);
  // The map may be made after the plan was read.
  useEffect(() => {
    if (cityMap.value && draft.peek()) zoomToPlan();
  }, [cityMap.value]);

  if (code === null) return <PlanList />;
  if (plan.value && draft.value) return <Desk />;
  return (
    <section class="desk planner" data-covers="none" aria-label={t("planner.title")}>
      <div class="desk-body">
        {failure ? <Trouble error={failure} again={() => setRound(round + 1)} /> : <Waiting />}
        {failure && (
          <button type="button" class="button" onClick={() => (openPlan.value = null)}>
            {t("planner.all_plans")}
          </button>
        )}
      </div>
    </section>
  );
}
