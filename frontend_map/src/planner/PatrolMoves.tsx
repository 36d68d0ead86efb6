import { loadMovingPoints } from "../api/plans";
import { number } from "../format";
import { say, t } from "../i18n";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { draft, plan } from "./state";
import { zoneLabel } from "./words";

/** Patrol points that the plan takes to another grid; each leads to its place. */
export function PatrolMoves() {
  const here = plan.value;
  const moving = useLoad(here ? `${here.code} ${here.revision}` : null, (abort) => loadMovingPoints(here!.code, abort));
  const items = moving.value?.items ?? [];
  if (!here || items.length === 0) return null;
  const grid = (zone: number | null): string => (zone === null ? t("patrolmoves.none") : zoneLabel(draft.value, zone));
  return (
    <details class="fold patrol-moves">
      <summary>{t("patrolmoves.title", { n: number(items.length) })}</summary>
      <ol class="problem-list">
        {items.map((one) => (
          <li key={one.code} data-point={one.code}>
            <button type="button" onClick={() => cityMap.value?.reveal([one.lon, one.lat], 16.5)}>
              <strong>{say(one.name)}</strong> <span class="muted">{one.code}</span>
              <span>
                {grid(one.before)} → {grid(one.after)}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
