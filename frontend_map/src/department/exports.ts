/** What can be taken along from what is shown: formats, addresses, file names, captions. */
import type { Query } from "../api/client";
import { filterQuery, boxText } from "../dispatch/question";
import type { DeskFilter } from "../dispatch/address";
import type { Bounds } from "../api/types";
import type { Part } from "./address";

/** Tables first, then what map programs read. */
export const FORMATS = ["csv", "xlsx", "geojson", "gpkg", "parquet", "fgb"] as const;
export type Format = (typeof FORMATS)[number];

export type Subject = "incidents" | "facilities" | "zones" | "zone-query";

/** What an export of the open part holds. */
export const subjectOf = (part: Part): Subject => (part === "facilities" ? "facilities" : part === "grids" || part === "people" ? "zones" : part === "query" ? "zone-query" : "incidents");

/**
 * The list's own filters: what is exported is what is listed. Pure.
 *
 * Facilities are those of an organisation: `own` is that of who asks, where none was chosen.
 */
export function exportQuery(subject: Subject, filter: DeskFilter, bounds: Bounds | null, own: string | null = null, relation: string = "any"): Query {
  const all = filterQuery(filter);
  const { organisation = null, zone = null } = all;
  // The area and the days are in the body.
  if (subject === "zone-query") return {};
  if (subject === "incidents") return { ...all, ...(filter.inView && bounds ? { bbox: boxText(bounds) } : {}) };
  return subject === "facilities" ? { organisation: organisation ?? (zone ? null : own), zone, relation: relation === "any" ? "kept" : relation } : { layer: "base_grid" };
}

/** `gridgov-incidents-20261127-0930.xlsx`; the moment is the city's. */
export function fileName(subject: string, ending: string, now: Date): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false }).formatToParts(now);
  const at = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  return `gridgov-${subject}-${at("year")}${at("month")}${at("day")}-${at("hour")}${at("minute")}.${ending}`;
}
