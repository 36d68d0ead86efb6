import type { Proposal } from "../api/plans";
import { percent } from "../format";
import { t } from "../i18n";
import { chosenProposal } from "./proposals";

const WIDTH = 340;
const HEIGHT = 150;
const LEFT = 44;
const BOTTOM = 34;

/** What each proposal pays for what: households that move against shape; the ring says how many grids are in the band. */
export function TradeOff({ proposals }: { proposals: readonly Proposal[] }) {
  const xs = proposals.map((one) => one.measures.moved_share);
  const ys = proposals.map((one) => one.measures.mean_polsby_popper);
  const right = Math.max(0.01, ...xs) * 1.15;
  const low = Math.max(0, Math.min(...ys) - 0.05);
  const high = Math.min(1, Math.max(...ys) + 0.05);
  const x = (share: number): number => LEFT + ((WIDTH - LEFT - 20) * share) / right;
  const y = (value: number): number => 12 + (HEIGHT - BOTTOM - 24) * (1 - (value - low) / Math.max(0.001, high - low));
  const ring = 2 * Math.PI * 12;
  return (
    <figure class="trade-off">
      <figcaption class="small muted">{t("propose.plot")}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" aria-hidden="true">
        <path d={`M${LEFT} 4V${HEIGHT - BOTTOM}H${WIDTH - 6}`} fill="none" stroke="#7d8c94" />
        <text x={WIDTH - 8} y={HEIGHT - 6} text-anchor="end" class="axis">
          {t("propose.axis_moved")} →
        </text>
        <text x={LEFT} y={HEIGHT - 20} class="axis">
          0
        </text>
        <text x={WIDTH - 8} y={HEIGHT - 20} text-anchor="end" class="axis">
          {percent(right)}
        </text>
        <text x={10} y={HEIGHT - BOTTOM} class="axis" transform={`rotate(-90 10 ${HEIGHT - BOTTOM})`}>
          {t("propose.axis_compact")} →
        </text>
        <text x={LEFT - 4} y={16} text-anchor="end" class="axis">
          {high.toFixed(2)}
        </text>
        <text x={LEFT - 4} y={HEIGHT - BOTTOM} text-anchor="end" class="axis">
          {low.toFixed(2)}
        </text>
        {proposals.map((one) => {
          const { moved_share: moved, mean_polsby_popper: compact, in_band_share: inside } = one.measures;
          const now = chosenProposal.value === one.number;
          return (
            <g key={one.number} transform={`translate(${x(moved)} ${y(compact)})`} class={now ? "dot is-now" : "dot"}>
              <circle r="12" fill="#fff" stroke="#d9822b" stroke-width="3" />
              <circle r="12" fill="none" stroke="#1a5a6c" stroke-width="3" stroke-dasharray={`${ring * inside} ${ring}`} transform="rotate(-90)" />
              <text text-anchor="middle" dy="4">
                {one.number}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
