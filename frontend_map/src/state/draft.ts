/** The report being written. Kept outside the form, so that closing and opening it loses nothing. */
import { signal } from "@preact/signals";
import type { FieldError, LonLat, NewIncident } from "../api/types";

export const SYSTEMS = ["wgs84", "cgcs2000", "gcj02", "bd09"] as const;
export const SOURCES = ["hotline", "app", "grid_worker", "patrol", "video", "sensor", "transfer_110", "department"] as const;

export interface Draft {
  category: string | null;
  /** Typed coordinates as they were given; null where the place came from the map. */
  typed: { lon: string; lat: string; crs: string } | null;
  text: string;
  address: string;
  source: string;
  urgency: string;
  name: string;
  phone: string;
}

export const EMPTY: Draft = {
  category: null,
  typed: null,
  text: "",
  address: "",
  source: "hotline",
  urgency: "normal",
  name: "",
  phone: "",
};

export const draft = signal<Draft>(EMPTY);

export type DraftField = "category" | "place" | "text" | "address" | "source" | "urgency" | "reporter";
export type DraftProblem = "need_category" | "need_text" | "need_number";
export type DraftErrors = Partial<Record<DraftField, string>>;

/** What can be seen to be missing before asking the server. */
export function check(value: Draft): Partial<Record<DraftField, DraftProblem>> {
  const found: Partial<Record<DraftField, DraftProblem>> = {};
  if (!value.category) found.category = "need_category";
  if (!value.text.trim()) found.text = "need_text";
  if (value.typed && (coordinate(value.typed.lon) === null || coordinate(value.typed.lat) === null)) found.place = "need_number";
  return found;
}

export function coordinate(text: string): number | null {
  const value = Number(text.trim().replace("，", ".").replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}

/** The request for the server. Typed coordinates go out unchanged, with their declared system. */
export function request(value: Draft, place: LonLat | null): NewIncident {
  const typed = value.typed;
  const coordinates: LonLat | null = typed ? [coordinate(typed.lon) ?? Number.NaN, coordinate(typed.lat) ?? Number.NaN] : place;
  const body: NewIncident = {
    category: value.category ?? "",
    place: coordinates ? { type: "Point", coordinates } : null,
    crs: typed?.crs ?? "wgs84",
    text: value.text.trim(),
    source: value.source,
    urgency: value.urgency,
  };
  if (value.address.trim()) body.address = value.address.trim();
  const name = value.name.trim();
  const phone = value.phone.trim();
  if (name || phone) body.reporter = { ...(name ? { name } : {}), ...(phone ? { phone } : {}) };
  return body;
}

const FIELDS: Readonly<Record<string, DraftField>> = {
  category: "category",
  place: "place",
  crs: "place",
  accuracy_m: "place",
  coordinates: "place",
  lon: "place",
  lat: "place",
  text: "text",
  address: "address",
  source: "source",
  source_ref: "source",
  urgency: "urgency",
  reporter: "reporter",
};

/** The server's errors under the fields they speak of; what belongs to no field is returned as `rest`. */
export function fieldErrors(errors: readonly FieldError[]): { fields: DraftErrors; rest: string[] } {
  const fields: DraftErrors = {};
  const rest: string[] = [];
  for (const { field, message } of errors) {
    const parts = field.split(/[./[\]]+/).filter((part) => part && part !== "body");
    const known = FIELDS[parts[0] ?? ""];
    if (known) fields[known] ??= message;
    else rest.push(field ? `${field}: ${message}` : message);
  }
  return { fields, rest };
}
