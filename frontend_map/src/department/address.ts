/** What the department's desk shows beside its filters, as part of a link, and back. Pure. */
import type { LonLat } from "../api/types";

export const PARTS = ["incidents", "facilities", "grids", "people", "figures", "query"] as const;
export type Part = (typeof PARTS)[number];
export const SPANS = [7, 30, 90, 365] as const;
export type Span = (typeof SPANS)[number];
export const BUFFERS = { least: 10, most: 2000, road: 100, facility: 300 } as const;

export interface ZoneKey {
  layer: string;
  code: string;
}

/** The area that is asked about. */
export type Area =
  | { kind: "polygon"; corners: readonly LonLat[] }
  | { kind: "road"; id: string; metres: number }
  | { kind: "facility"; code: string; metres: number }
  | { kind: "zones"; zones: readonly ZoneKey[] };

export interface DepartmentView {
  part: Part;
  /** Days that figures and queries look back. */
  days: Span;
  area: Area | null;
}

export const DEFAULT_DEPARTMENT: DepartmentView = { part: "incidents", days: 30, area: null };

const CODE = /^[0-9A-Za-z_.-]{1,64}$/;
const MOST_CORNERS = 200;
const MOST_ZONES = 200;

export function readDepartment(query: URLSearchParams): DepartmentView {
  const days = Number(query.get("days"));
  return {
    part: PARTS.find((one) => one === query.get("part")) ?? DEFAULT_DEPARTMENT.part,
    days: SPANS.find((one) => one === days) ?? DEFAULT_DEPARTMENT.days,
    area: readArea(query.get("area")),
  };
}

export function writeDepartment(view: DepartmentView): [string, string][] {
  const parts: [string, string | null][] = [
    ["part", view.part === DEFAULT_DEPARTMENT.part ? null : view.part],
    ["days", view.days === DEFAULT_DEPARTMENT.days ? null : String(view.days)],
    ["area", view.area && writeArea(view.area)],
  ];
  return parts.filter((part): part is [string, string] => part[1] !== null && part[1] !== "");
}

/** `road:812:100`, `facility:JG-000123:300`, `zones:community/370212001002,...`, `polygon:120.1,36.1;...`. */
export function writeArea(area: Area): string {
  switch (area.kind) {
    case "road":
      return `road:${area.id}:${area.metres}`;
    case "facility":
      return `facility:${area.code}:${area.metres}`;
    case "zones":
      return `zones:${area.zones.map((one) => `${one.layer}/${one.code}`).join(",")}`;
    case "polygon":
      return `polygon:${area.corners.map(([lon, lat]) => `${round(lon)},${round(lat)}`).join(";")}`;
  }
}

/** Six decimals are a tenth of a metre: enough for an area drawn by hand, and short enough for a link. */
const round = (value: number): string => String(Number(value.toFixed(6)));

/** Null for whatever is not an area. */
export function readArea(text: string | null): Area | null {
  const [, kind = "", rest = ""] = /^(\w+):(.+)$/.exec(text ?? "") ?? [];
  if (kind === "road" || kind === "facility") {
    const [code = "", size = "", ...more] = rest.split(":");
    const metres = Number(size);
    if (!CODE.test(code) || more.length > 0 || !withinReach(metres)) return null;
    return kind === "road" ? { kind, id: code, metres } : { kind, code, metres };
  }
  if (kind === "zones") {
    const zones = rest.split(",").map((one) => one.split("/"));
    if (zones.length > MOST_ZONES || !zones.every((one) => one.length === 2 && one.every((part) => CODE.test(part)))) return null;
    return { kind, zones: zones.map(([layer = "", code = ""]) => ({ layer, code })) };
  }
  if (kind === "polygon") {
    const corners = rest.split(";").map((one) => one.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part))));
    const fine = corners.every((one) => one.length === 2 && Math.abs(one[0]!) <= 180 && Math.abs(one[1]!) <= 90);
    if (!fine || corners.length < 3 || corners.length > MOST_CORNERS) return null;
    return { kind, corners: corners as LonLat[] };
  }
  return null;
}

/** Whether a buffer is neither nothing nor half the city. */
export const withinReach = (metres: number): boolean => Number.isInteger(metres) && metres >= BUFFERS.least && metres <= BUFFERS.most;
