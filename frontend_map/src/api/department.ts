/** What a department asks about itself and about an area. */
import type { Geometry, Point, Polygon } from "geojson";
import { get, post, type Query } from "./client";
import type { Named, Text } from "./types";

/** Minor classes in a span, and in the equally long one before it. */
export interface CategoryTrend {
  category: { key: string; name: Text };
  count: number;
  open: number;
  overdue: number;
  before: number;
}

export interface CategoryCount {
  category: { key: string; name: Text };
  count: number;
  overdue?: number;
}

export interface DepartmentSummary {
  open: number;
  due_soon: number;
  overdue: number;
  handled: number;
  sent_back: number;
  by_category: CategoryCount[];
  by_urgency: Record<string, number>;
  as_of: string;
}

export interface DepartmentFacility {
  code: string;
  name: Text;
  category: { key: string; name: Text };
  state: string;
  relation: "owned" | "maintained" | "both" | "supervised" | "none";
  owner: Named | null;
  maintainer: Named | null;
  place: Point | null;
  base_grid: Named | null;
  incidents: number;
  overdue: number;
}

export interface Overlap {
  layer: Named;
  zone: Named;
  organisation: Named | null;
  grids: { grid: Named; share: number; of_zone: number; households: number | null; incidents: number }[];
}

export interface PostFilled {
  layer: string;
  layer_name: Text;
  kind: string;
  required: number;
  filled: number;
  vacant: number;
}

export interface DepartmentPerson {
  name: string;
  organisation: Named | null;
  phone: string | null;
  posts: { kind: string; layer: string; zone: Named }[];
}

export interface DepartmentPeople {
  templates: PostFilled[];
  vacancies: { kind: string; layer: string; zone: Named }[];
  people: DepartmentPerson[];
}

export interface Load {
  grids: { grid: Named; open: number; overdue: number; reported: number; handled: number }[];
  people: { name: string; organisation: Named | null; grids: number; open: number; overdue: number; handled: number }[];
}

export interface TrendStep {
  from: string;
  count: number;
  overdue: number;
  /** Cases closed in it, whenever they were reported; null where it was not asked for. */
  closed?: number | null;
}

export interface RepeatPlace {
  place: Point;
  address: string | null;
  base_grid: Named | null;
  category: { key: string; name: Text };
  count: number;
  open: number;
  last: string;
  numbers: string[];
}

export interface ZoneQuery {
  area: { polygon: Polygon } | { road: string | number; buffer_m: number } | { facility: string; buffer_m: number } | { zones: { layer: string; code: string }[] };
  from: string | null;
  to: string | null;
}

export interface ZoneAnswer {
  edition: string | null;
  at: string;
  area: Geometry | null;
  area_m2: number;
  incidents: {
    total: number;
    open: number;
    overdue: number;
    by_category: CategoryCount[];
    by_state: Record<string, number>;
    by_source: Record<string, number>;
    trend: TrendStep[];
    hours?: number[][];
  };
  facilities: { total: number; by_class: { class: string; name: Text; count: number }[] };
  households: { count: number | null; suppressed: boolean; estimated?: boolean };
  repeat_places?: RepeatPlace[];
  grids: { code: string; name: Text; share: number; incidents: number }[];
}

export const loadDepartment = (query: Query, abort?: AbortSignal): Promise<DepartmentSummary> => get<DepartmentSummary>("api/department/summary", query, abort);
export const loadFacilities = (query: Query, abort?: AbortSignal): Promise<{ items: DepartmentFacility[]; next: string | null }> =>
  get<{ items: DepartmentFacility[]; next: string | null }>("api/department/facilities", query, abort);
export const loadOverlap = (query: Query, abort?: AbortSignal): Promise<{ items: Overlap[] }> => get<{ items: Overlap[] }>("api/department/overlap", query, abort);
export const loadPeople = (query: Query, abort?: AbortSignal): Promise<DepartmentPeople> => get<DepartmentPeople>("api/department/people", query, abort);
export const loadLoad = (query: Query, abort?: AbortSignal): Promise<Load> => get<Load>("api/department/load", query, abort);
export const loadTrend = (query: Query, abort?: AbortSignal): Promise<{ items: TrendStep[] }> => get<{ items: TrendStep[] }>("api/department/trends", query, abort);
export const loadCategoryTrend = (query: Query, abort?: AbortSignal): Promise<{ items: CategoryTrend[] }> => get<{ items: CategoryTrend[] }>("api/department/categories", query, abort);
export const loadHours = (query: Query, abort?: AbortSignal): Promise<{ counts: number[][] }> => get<{ counts: number[][] }>("api/department/hours", query, abort);
export const loadRepeats = (query: Query, abort?: AbortSignal): Promise<{ items: RepeatPlace[] }> => get<{ items: RepeatPlace[] }>("api/department/repeat-places", query, abort);
export const askZone = (question: ZoneQuery, abort?: AbortSignal): Promise<ZoneAnswer> => post<ZoneAnswer>("api/zone-query", question, abort);
