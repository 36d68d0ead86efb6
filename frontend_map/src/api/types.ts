/** What the server says, field by field. One file, so that a change of the HTTP contract is one change here. */
import type { MultiPolygon, Point, Polygon } from "geojson";

/** A text in both languages. English may be missing in a city's own data. */
export interface Text {
  zh: string;
  en: string | null;
}

export interface Named {
  code: string;
  name: Text;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type LonLat = [number, number];
export type Bounds = [number, number, number, number];

export interface Dataset {
  code: string;
  title: Text;
  notice: Text | null;
  licence: string | null;
  attribution: string | null;
  synthetic: boolean;
}

export interface City {
  code: string;
  name: Text;
  centre: LonLat;
  zoom: number;
  bounds: Bounds;
  timezone: string;
  attribution: Text;
  datasets: Dataset[];
}

export type LayerKind = "region" | "base_grid" | "specialist" | "jurisdiction" | "context";

export interface Layer {
  code: string;
  name: Text;
  kind: LayerKind;
  cardinality: "exactly_one" | "at_most_one" | "many";
  parent: string | null;
  precedence: number;
  depth: number;
  zones: number;
  /** Counts the layer's changes. */
  edition: number;
  synthetic: boolean;
  tiles: string;
}

export interface Post {
  kind: string;
  /** Null: the post is vacant. */
  person: string | null;
  organisation: Named | null;
}

export interface ZoneVersion {
  id: number;
  valid_from: string;
  valid_to: string | null;
  plan: string | null;
}

export interface Lineage {
  kind: "unchanged" | "split" | "merged" | "irregular";
  from: string | null;
  to: string | null;
  plan: string | null;
  households: number | null;
}

export interface ZoneSummary extends Named {
  layer: string;
  parent: string | null;
  centre: LonLat;
  bounds: Bounds;
}

export interface Zone extends Named {
  layer: string;
  retired: boolean;
  parent: (Named & { layer: string }) | null;
  organisation: Named | null;
  valid_from: string;
  valid_to: string | null;
  bounds: Bounds;
  centre: LonLat;
  area_m2: number;
  /** Null: not told. */
  households: number | null;
  residents: number | null;
  buildings: number | null;
  posts: Post[];
  versions: ZoneVersion[];
  lineage: Lineage[];
  geometry?: Polygon | MultiPolygon;
}

export interface Category {
  key: string;
  standard_ref: string;
  kind: string;
  code: string;
  name: Text;
  parent: string | null;
  level: number;
  time_limit: string | null;
  urgency: string;
}

export interface SearchHit {
  type: "zone" | "incident" | "address" | "facility" | "road";
  layer: string | null;
  code: string;
  label: Text;
  detail: Text;
  point: LonLat | null;
  bounds: Bounds | null;
}

export type RoutingMethod = "inside" | "on_border" | "nearest" | "outside";

export interface RoutedZone {
  layer: string;
  layer_name: Text;
  kind: LayerKind;
  zone: Named | null;
  version: number | null;
  valid_from: string | null;
  method: RoutingMethod;
  on_border: boolean;
  near_border: boolean;
  distance_m: number | null;
  candidates: Named[];
  organisation: Named | null;
}

export interface RoutedFacility {
  code: string;
  name: Text;
  category: string;
  distance_m: number;
  owner: Named | null;
}

export interface RoutingRule {
  code: string;
  note: Text | null;
  category: string | null;
  layer: string | null;
}

export type LostBy = "category_depth" | "zone" | "layer_depth" | "priority" | "code" | "no_organisation";

export interface RunnerUp {
  rule: string;
  organisation: Named | null;
  lost_by: LostBy;
}

export interface EscalationStep {
  level: string;
  zone: Named;
  organisation: Named | null;
}

export interface Problem {
  code: string;
  message: Text;
}

export interface Routing {
  at: string;
  place: Point | null;
  place_status: "located" | "unlocated";
  place_problem: Problem | null;
  method: "sql" | "memory" | "manual";
  land_unit: string | null;
  zones: RoutedZone[];
  facility: RoutedFacility | null;
  responsible: Named | null;
  supporting: Named[];
  rule: RoutingRule | null;
  reason: Text;
  reason_codes: string[];
  runners_up: RunnerUp[];
  escalation: EscalationStep[];
  fallback: boolean;
}

export interface IncidentSummary {
  number: string;
  category: { key: string; name: Text };
  state: string;
  urgency: string;
  text: string;
  address: string | null;
  place: Point | null;
  place_status: "located" | "unlocated";
  reported_at: string;
  base_grid: Named | null;
  /** Who works on it: a person's override wins over the rules. */
  responsible: Named | null;
  source: string;
  place_problem: Problem | null;
}

export interface HistoryEntry {
  seq: number;
  at: string;
  actor: string;
  action: string;
}

export interface Incident extends IncidentSummary {
  appeal_kind: string;
  source_ref: string | null;
  accuracy_m: number | null;
  original: { coordinates: LonLat; crs: string } | null;
  state_since: string;
  recorded_at: string;
  /** What the rules say, overridden or not. */
  routing: Routing;
  override: Override | null;
  located: { at: string; by: string } | null;
  history: HistoryEntry[];
}

export interface Override {
  organisation: Named;
  supporting: Named[];
  by: string;
  reason: string;
  at: string;
}

export interface NewIncident {
  category: string;
  place: Point | null;
  crs: string;
  accuracy_m?: number;
  text: string;
  address?: string;
  source: string;
  source_ref?: string;
  urgency?: string;
  reporter?: { name?: string; phone?: string; email?: string };
}

export interface FieldError {
  field: string;
  message: string;
  code: string;
}

/** RFC 9457. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
  errors?: FieldError[];
}
