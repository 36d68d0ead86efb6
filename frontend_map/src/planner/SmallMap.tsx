import { useMemo } from "preact/hooks";
import type { Proposal } from "../api/plans";
import { GRID_COLOURS } from "./colours";
import { t } from "../i18n";
import { boundsOf, ringsOf, stretch } from "./geometry";
import { paintedBy } from "./proposals";
import { draft, shapes } from "./state";

const WIDTH = 150;
const HEIGHT = 110;

/** A proposal as a picture: grids in colours, units that change their grid hatched. */
export function SmallMap({ proposal }: { proposal: Proposal }) {
  const here = draft.value;
  const read = shapes.value;
  const parts = useMemo(() => {
    if (!here || !read) return [];
    const painted = paintedBy(here, proposal, GRID_COLOURS.length);
    const box = boundsOf(painted.map(({ unit }) => read.units[unit]!));
    if (!box) return [];
    const squeeze = stretch((box[1] + box[3]) / 2);
    const scale = Math.min((WIDTH - 4) / ((box[2] - box[0]) * squeeze), (HEIGHT - 4) / (box[3] - box[1]));
    const left = (WIDTH - (box[2] - box[0]) * squeeze * scale) / 2;
    const top = (HEIGHT - (box[3] - box[1]) * scale) / 2;
    return painted.map(({ unit, colour, moved }) => ({
      unit,
      moved,
      fill: GRID_COLOURS[colour]!,
      path: ringsOf(read.units[unit]!)
        .map((ring) => `M${ring.map(([lon = 0, lat = 0]) => `${(left + (lon - box[0]) * squeeze * scale).toFixed(1)} ${(top + (box[3] - lat) * scale).toFixed(1)}`).join("L")}Z`)
        .join(""),
    }));
  }, [here, read, proposal]);
  const hatch = `hatch-${proposal.number}`;
  return (
    <svg class="small-map" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t("propose.map", { n: proposal.number })}>
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke="#333" stroke-width="1.2" />
        </pattern>
      </defs>
      {parts.map(({ unit, path, fill, moved }) => (
        <g key={unit}>
          <path d={path} fill={fill} stroke={fill} stroke-width="0.6" />
          {moved && <path d={path} fill={`url(#${hatch})`} opacity="0.5" />}
        </g>
      ))}
    </svg>
  );
}
