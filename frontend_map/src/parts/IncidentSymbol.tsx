import { STATE } from "../map/palette";
import { BANG, SHAPES, SIGNS, URGENT } from "../map/shapes";
import { stateGroup } from "../state/incidents";

/** The map's symbol for a state and urgency, in the panels. */
export function IncidentSymbol({ state, urgency, size = 24 }: { state: string; urgency: string; size?: number }) {
  const group = stateGroup(state);
  const urgent = urgency === "urgent";
  const hollow = group === "closed" || group === "void";
  const colour = urgent && !hollow ? STATE.urgent : STATE[group];
  const ink = hollow ? colour : "#fff";
  const sign = SIGNS[group];
  return (
    <svg class="symbol" width={size} height={size} viewBox="-13 -13 26 26" aria-hidden="true" focusable="false">
      <path d={urgent ? URGENT : SHAPES[group]} fill={hollow ? "#fff" : colour} stroke={colour} stroke-width="1.6" stroke-linejoin="round" />
      {urgent ? (
        <>
          <path d={BANG} stroke={ink} stroke-width="2" stroke-linecap="round" />
          <circle cx="0" cy="5" r="1.2" fill={ink} />
          <path d={SHAPES[group]} transform="translate(8 -6) scale(.55)" fill={hollow ? "#fff" : STATE[group]} stroke={hollow ? STATE[group] : "#fff"} stroke-width="2" />
        </>
      ) : (
        <path d={sign.path} fill={sign.filled ? ink : "none"} stroke={sign.filled ? "none" : ink} stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
      )}
    </svg>
  );
}
