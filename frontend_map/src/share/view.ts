/** A shared view: what it holds, reading it, and laying it out. Pure but for the reading. */
import type { MultiPolygon, Polygon, Position } from "geojson";
import { ApiError, problemOf } from "../api/client";
import type { ClockBrief } from "../api/cases";
import type { Named, Text } from "../api/types";
import { locale } from "../i18n";

export interface Counted extends Text {
  total: number;
  open: number;
  overdue: number;
}

export interface SharedView {
  title: string;
  filters: { name: Text; value: Text }[];
  at: string;
  edition: string;
  expires_at: string;
  figures: {
    total: number;
    open: number;
    urgent: number;
    overdue: number;
    due_soon: number;
    /** Without a place: on no map. */
    nowhere: number;
    states: Record<string, number>;
    sources: Record<string, number>;
    days: [string, number][];
    categories: Counted[];
    organisations: Counted[];
    communities: Counted[];
  };
  /** Longitude, latitude, and 0 closed, 1 open, 2 open and urgent. */
  places: [number, number, number][];
  outlines: { name: Text; depth: number; shape: Polygon | MultiPolygon }[];
  items: {
    number: string;
    category: { name: Text };
    state: string;
    urgency: string;
    address: string | null;
    reported_at: string;
    base_grid: Named | null;
    responsible: Named | null;
    clock: ClockBrief | null;
  }[];
}

/** Reads the view; the page lies one folder below the server's root. */
export async function readShared(token: string, here: string = document.baseURI): Promise<SharedView> {
  let answer: Response;
  try {
    answer = await fetch(new URL(`../api/share/${encodeURIComponent(token)}`, here), { headers: { Accept: "application/json", "Accept-Language": locale.value }, credentials: "omit" });
  } catch (cause) {
    throw new ApiError(0, "unreachable", String(cause));
  }
  if (!answer.ok) throw await problemOf(answer);
  return (await answer.json()) as SharedView;
}

export interface Sheet {
  wide: number;
  high: number;
  at: (lon: number, lat: number) => [number, number];
}

/** A sheet that holds all positions; lengths east and north are alike in its middle. */
export function sheetOf(positions: readonly Position[], wide: number): Sheet | null {
  if (positions.length === 0) return null;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of positions) {
    [west, east] = [Math.min(west, lon), Math.max(east, lon)];
    [south, north] = [Math.min(south, lat), Math.max(north, lat)];
  }
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const across = Math.max((east - west) * shrink, 0.002);
  const up = Math.max(north - south, 0.002);
  const margin = wide * 0.03;
  const scale = (wide - 2 * margin) / Math.max(across, up);
  const middle = [(west + east) / 2, (south + north) / 2] as const;
  const high = up * scale + 2 * margin;
  return { wide, high, at: (lon, lat) => [wide / 2 + (lon - middle[0]) * shrink * scale, high / 2 - (lat - middle[1]) * scale] };
}

/** Rings of a shape as an SVG path. */
export function pathOf(shape: Polygon | MultiPolygon, sheet: Sheet): string {
  const rings = shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat();
  return rings.map((ring) => `M${ring.map(([lon = 0, lat = 0]) => sheet.at(lon, lat).map((part) => part.toFixed(1)).join(" ")).join("L")}Z`).join("");
}

export const positionsOf = (view: Pick<SharedView, "outlines" | "places">): Position[] => {
  // Outlines frame the picture; without any, the places do.
  const rings = view.outlines.flatMap(({ shape }) => (shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat()));
  return rings.length > 0 ? rings.flat() : view.places.map(([lon, lat]) => [lon, lat]);
};
