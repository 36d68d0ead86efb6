/** The pointer on a plan: choosing, painting by dragging, drawing lines that snap to corners of units. */
import type { Map as MapLibre, MapMouseEvent, PointLike } from "maplibre-gl";
import type { Position } from "geojson";
import { addToLine, addToStroke, beginStroke, endStroke, finishLine, hinder, takeUnit, tell, type Stroke } from "../planner/actions";
import { ringsOf, snap } from "../planner/geometry";
import * as desk from "../planner/state";
import { draws } from "../planner/tools";
import { t } from "../i18n";
import { UNITS, UNIT_FILL } from "./plan_style";

const SNAP_PX = 12;
/** Between two events the pointer may pass over several units. */
const STEP_PX = 6;

export class PlanPointer {
  private stroke: Stroke | null = null;
  private last: { x: number; y: number } | null = null;
  private hovered: number | null = null;
  /** While Space is held, dragging moves the map whatever the tool. */
  panning = false;

  private readonly handlers = {
    mousedown: (event: MapMouseEvent) => this.down(event),
    mousemove: (event: MapMouseEvent) => this.move(event),
    mouseup: () => this.up(),
    mouseout: () => this.hover(null),
    click: (event: MapMouseEvent) => this.click(event),
    dblclick: (event: MapMouseEvent) => this.double(event),
  };
  private readonly release = (): void => this.up();

  constructor(private readonly map: MapLibre) {
    for (const [name, handler] of Object.entries(this.handlers)) map.on(name as "click", handler as (event: MapMouseEvent) => void);
    // A drag may end outside the map.
    window.addEventListener("mouseup", this.release);
  }

  remove(): void {
    for (const [name, handler] of Object.entries(this.handlers)) this.map.off(name as "click", handler as (event: MapMouseEvent) => void);
    window.removeEventListener("mouseup", this.release);
    this.map.dragPan.enable();
    this.map.getCanvas().style.cursor = "";
  }

  unitAt(point: PointLike): number | null {
    const found = this.map.queryRenderedFeatures(point, { layers: [UNIT_FILL] })[0];
    return typeof found?.id === "number" ? found.id : null;
  }

  private buildingAt(point: { x: number; y: number }): { code: string; name: string } | null {
    const found = this.map.queryRenderedFeatures([point.x, point.y], { layers: ["buildings"] })[0];
    const { code, address, name_zh } = (found?.properties ?? {}) as Record<string, unknown>;
    if (typeof code !== "string") return null;
    const name = [name_zh, address].find((one) => typeof one === "string" && one !== "");
    return { code, name: typeof name === "string" ? name : code };
  }

  private down(event: MapMouseEvent): void {
    if (event.originalEvent.button !== 0 || this.panning) return;
    const which = desk.tool.value;
    if (which !== "paint" && which !== "create") return;
    const unit = this.unitAt(event.point);
    if (unit === null) return;
    event.preventDefault();
    this.last = event.point;
    if (which === "create") {
      desk.gathered.value = new Set([...desk.gathered.value, unit]);
      this.stroke = { zone: -1, units: new Set([unit]), refused: false };
      return;
    }
    this.stroke = beginStroke(unit);
  }

  private move(event: MapMouseEvent): void {
    const canvas = this.map.getCanvas();
    if (this.panning) {
      canvas.style.cursor = "grab";
      return;
    }
    if (this.stroke && this.last) return this.over(event.point);
    if (draws(desk.tool.value)) {
      canvas.style.cursor = "crosshair";
      desk.lineNext.value = this.snapped(event.point);
      return;
    }
    const unit = this.unitAt(event.point);
    this.hover(unit);
    canvas.style.cursor = unit === null ? "" : desk.tool.value === "paint" || desk.tool.value === "create" ? "crosshair" : "pointer";
  }

  private over(to: { x: number; y: number }): void {
    const from = this.last;
    if (!this.stroke || !from) return;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STEP_PX));
    const gathered = new Set(desk.gathered.value);
    for (let step = 1; step <= steps; step++) {
      const unit = this.unitAt([from.x + ((to.x - from.x) * step) / steps, from.y + ((to.y - from.y) * step) / steps]);
      if (unit === null) continue;
      if (this.stroke.zone === -1) gathered.add(unit);
      else addToStroke(this.stroke, unit);
    }
    if (this.stroke.zone === -1 && gathered.size !== desk.gathered.value.size) desk.gathered.value = gathered;
    this.last = to;
  }

  private up(): void {
    const stroke = this.stroke;
    this.stroke = this.last = null;
    if (stroke && stroke.zone !== -1) endStroke(stroke);
  }

  private hover(unit: number | null): void {
    if (unit === this.hovered) return;
    if (this.hovered !== null && this.map.getSource(UNITS)) this.map.setFeatureState({ source: UNITS, id: this.hovered }, { h: 0 });
    if (unit !== null) this.map.setFeatureState({ source: UNITS, id: unit }, { h: 1 });
    this.hovered = unit;
  }

  private click(event: MapMouseEvent): void {
    if (this.panning) return;
    const which = desk.tool.value;
    if (draws(which)) {
      const at = this.snapped(event.point);
      const last = desk.line.value.at(-1);
      if (!last || last[0] !== at[0] || last[1] !== at[1]) addToLine(at);
      return;
    }
    // Painting and gathering happened while the button was down.
    if (which === "paint" || which === "create") return;
    if (which === "transfer" && desk.building.value === null) {
      const building = this.buildingAt(event.point);
      if (building === null) return hinder(t("plan.no_building"));
      desk.building.value = building.code;
      return tell(t("plan.building_taken", { name: building.name }));
    }
    const unit = this.unitAt(event.point);
    if (unit === null) {
      if (which === "select") desk.choose(null);
      return;
    }
    desk.cursor.value = null;
    takeUnit(unit, { add: event.originalEvent.shiftKey });
  }

  private double(event: MapMouseEvent): void {
    if (!draws(desk.tool.value)) return;
    event.preventDefault();
    finishLine();
  }

  /** A place of the screen: on the nearest corner of a unit, or on a side, else where it is. Seven decimals, as stored. */
  snapped(point: { x: number; y: number }): Position {
    const near = this.map.queryRenderedFeatures(
      [
        [point.x - SNAP_PX, point.y - SNAP_PX],
        [point.x + SNAP_PX, point.y + SNAP_PX],
      ],
      { layers: [UNIT_FILL] },
    );
    const units = desk.shapes.value?.units ?? [];
    const rings = [...new Set(near.map((feature) => feature.id))].flatMap((id) => {
      const shape = typeof id === "number" ? units[id] : undefined;
      return shape ? ringsOf(shape) : [];
    });
    const screen = rings.map((ring) =>
      ring.map((at): [number, number] => {
        const { x, y } = this.map.project([at[0]!, at[1]!]);
        return [x, y];
      }),
    );
    const hit = snap([point.x, point.y], screen, SNAP_PX);
    if (!hit) return this.map.unproject([point.x, point.y]).toArray().map(lattice);
    const ring = rings[hit.ring]!;
    const from = ring[hit.vertex]!;
    const to = ring[hit.vertex + 1];
    if (hit.share === 0 || !to) return [from[0]!, from[1]!];
    return [from[0]! + (to[0]! - from[0]!) * hit.share, from[1]! + (to[1]! - from[1]!) * hit.share].map(lattice);
  }
}

const lattice = (degrees: number): number => Number(degrees.toFixed(7));
