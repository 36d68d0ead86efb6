/** Puts a plan on the map and takes it off again; the desk reaches the map through `planView`. */
import type { CityMap } from "./controller";
import type { Direction } from "../planner/geometry";
import * as desk from "../planner/state";
import { planView } from "../planner/view";
import { PlanMap } from "./plan_map";
import { PlanPointer } from "./plan_pointer";
import { BELOW } from "./plan_style";

const OFFSETS: Readonly<Record<Direction, readonly [number, number]>> = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
const PAN_PX = 120;

export function attachPlan(city: CityMap): () => void {
  const { map } = city;
  let end: (() => void) | null = null;
  const start = (): void => {
    end = made(city);
  };
  if (map.getLayer(BELOW)) start();
  else map.once("style.load", start);
  return () => {
    map.off("style.load", start);
    end?.();
  };
}

function made(city: CityMap): () => void {
  const { map } = city;
  const drawn = new PlanMap(map);
  const pointer = new PlanPointer(map);
  // Arrows walk from unit to unit here.
  map.keyboard.disable();
  planView.value = {
    pan: (held) => {
      if (pointer.panning === held) return;
      pointer.panning = held;
      map.getCanvas().style.cursor = held ? "grab" : "";
    },
    panBy: (direction) => {
      const [x, y] = OFFSETS[direction];
      map.panBy([x * PAN_PX, y * PAN_PX], { duration: 150 });
    },
    reveal: (place) => city.reveal([place[0]!, place[1]!]),
    middleUnit: () => {
      const { clientWidth, clientHeight } = map.getContainer();
      return pointer.unitAt([clientWidth / 2, clientHeight / 2]);
    },
    stepLine: (direction, pixels) => {
      const now = desk.lineNext.value ?? desk.line.value.at(-1) ?? map.getCenter().toArray();
      const { x, y } = map.project([now[0]!, now[1]!]);
      const [dx, dy] = OFFSETS[direction];
      const wanted = { x: x + dx * pixels, y: y + dy * pixels };
      const near = pointer.snapped(wanted);
      const at = map.project([near[0]!, near[1]!]);
      // A corner that holds the crosshair where it was would never let go.
      const stuck = pixels > 0 && Math.hypot(at.x - x, at.y - y) < pixels / 3;
      desk.lineNext.value = stuck ? map.unproject([wanted.x, wanted.y]).toArray().map((one) => Number(one.toFixed(7))) : near;
      const { clientWidth, clientHeight } = map.getContainer();
      if (wanted.x < 40 || wanted.y < 40 || wanted.x > clientWidth - 40 || wanted.y > clientHeight - 40) map.panBy([dx * PAN_PX, dy * PAN_PX], { duration: 0 });
    },
  };
  return () => {
    planView.value = null;
    map.keyboard.enable();
    pointer.remove();
    drawn.remove();
  };
}
