/** Asking about an area: the question as the server takes it, and moving to it. */
import { batch } from "@preact/signals";
import type { ZoneQuery } from "../api/department";
import { daysAgo } from "../format";
import { corners, forgetDrawing, polygonOf } from "../dispatch/tasks";
import { departmentView } from "../state/store";
import type { Area } from "./address";
import { setView } from "./parts";

/** The area as the server is asked. Pure. */
export function areaBody(area: Area): ZoneQuery["area"] {
  switch (area.kind) {
    case "polygon":
      return { polygon: polygonOf(area.corners)! };
    case "road":
      return { road: area.id, buffer_m: area.metres };
    case "facility":
      return { facility: area.code, buffer_m: area.metres };
    case "zones":
      return { zones: area.zones.map(({ layer, code }) => ({ layer, code })) };
  }
}

export const zoneQuestion = (area: Area, days: number, now: Date = new Date()): ZoneQuery => ({ area: areaBody(area), from: daysAgo(days - 1, now), to: null });

/** Asks about an area, from wherever it was named. */
export function ask(area: Area | null): void {
  batch(() => {
    if (area?.kind !== "polygon") forgetDrawing();
    setView({ part: "query", area });
  });
}

/** What was drawn becomes the question. */
export function askDrawn(): void {
  const points = corners.peek();
  if (polygonOf(points)) setView({ area: { kind: "polygon", corners: points } });
}

/** Puts a zone into the list of zones asked for, or takes it out. Pure. */
export function withZone(area: Area | null, zone: { layer: string; code: string }): Area | null {
  const before = area?.kind === "zones" ? area.zones : [];
  const without = before.filter((one) => one.layer !== zone.layer || one.code !== zone.code);
  const zones = without.length < before.length ? without : [...before, { layer: zone.layer, code: zone.code }];
  return zones.length === 0 ? null : { kind: "zones", zones };
}

export const toggleZone = (zone: { layer: string; code: string }): void => setView({ area: withZone(departmentView.peek().area, zone) });
