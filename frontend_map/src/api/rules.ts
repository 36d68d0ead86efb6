/** Assignment rules: what they are, and the calls that read, check, try and change them. */
import type { FeatureCollection, Point } from "geojson";
import { get, post } from "./client";
import type { LonLat, Named, Text } from "./types";

export const ASSIGN_TO = ["organisation", "zone_organisation", "facility_owner", "facility_maintainer"] as const;
export type AssignTo = (typeof ASSIGN_TO)[number];
export type RuleState = "in_force" | "scheduled" | "ended";

export interface CategoryName {
  key: string;
  name: Text;
  level: number;
}

export interface RuleVersion {
  code: string;
  /** Opaque; goes back with a change, so that two people do not overwrite each other. */
  version: string;
  state: RuleState;
  category: CategoryName | null;
  layer: { code: string; name: Text; depth: number } | null;
  zone: Named | null;
  assign_to: AssignTo;
  organisation: Named | null;
  supporting: Named[];
  priority: number;
  note: Text | null;
  valid_from: string;
  valid_to: string | null;
}

export interface Rule extends RuleVersion {
  scheduled: { version: string; valid_from: string } | null;
}

export interface RuleDetail extends Rule {
  versions: RuleVersion[];
  history: { seq: number; at: string; actor: string }[];
}

/** A rule as it is written: codes only. */
export interface RuleInput {
  code: string;
  category: string | null;
  layer: string | null;
  zone: string | null;
  assign_to: AssignTo;
  organisation: string | null;
  supporting: string[];
  priority: number;
  note: Text | null;
  valid_to: string | null;
}

export type Change =
  | { action: "save"; rule: RuleInput; version: string | null }
  | { action: "remove"; code: string; version: string };

export interface Finding {
  code: string;
  level: "error" | "warning";
  /** Brought by this change; only new errors refuse it. */
  new: boolean;
  rule: string | null;
  others: string[];
  field: string | null;
  /** Index into the changes asked about. */
  change: number | null;
  message: Text;
  examples: { code: string; name: Text }[];
  count: number;
}

export interface Outcome {
  applied: boolean;
  refused: boolean;
  from: string;
  findings: Finding[];
  rules: Rule[];
}

export interface Flow {
  from: Named | null;
  to: Named | null;
  count: number;
}

export interface Counted extends Named {
  centre: LonLat | null;
  count: number;
}

export interface Decision {
  organisation: Named | null;
  rule: string | null;
  reason: Text;
}

export interface Moved {
  number: string;
  category: { key: string; name: Text };
  place: LonLat;
  address: string | null;
  reported_at: string;
  base_grid: Named | null;
  overridden: boolean;
  before: Decision;
  after: Decision;
}

export interface MovedPoint {
  number: string;
  from: string | null;
  to: string | null;
  /** Index into the flows. */
  flow: number;
}

export interface Simulation {
  incidents: number;
  unlocated: number;
  first: string | null;
  last: string | null;
  stay: number;
  move: number;
  lose: number;
  gain: number;
  overridden: number;
  rule_only: number;
  supporting: number;
  flows: Flow[];
  categories: { key: string; name: Text; count: number }[];
  rules: { code: string; before: number; after: number }[];
  base_grids: Counted[];
  communities: Counted[];
  sample: Moved[];
  points: FeatureCollection<Point, MovedPoint>;
  points_left_out: number;
  findings: Finding[];
  refused: boolean;
  elapsed_s: number;
}

export const loadRules = (query: { category: string | null; organisation: string | null }, abort?: AbortSignal): Promise<{ at: string; items: Rule[] }> =>
  get("api/rules", { ...query }, abort);

export const loadRule = (code: string, abort?: AbortSignal): Promise<RuleDetail> => get(`api/rules/${encodeURIComponent(code)}`, {}, abort);

export const loadChecks = (abort?: AbortSignal): Promise<{ findings: Finding[] }> => get("api/rules/checks", {}, abort);

/** What the changes would do, with every fault as a finding; nothing is stored. */
export const checkChanges = (changes: readonly Change[], abort?: AbortSignal): Promise<Outcome> =>
  post("api/rules/apply?dry_run=true", { changes }, abort);

export const applyChanges = (changes: readonly Change[], from: string | null): Promise<Outcome> => post("api/rules/apply", { changes, from });

/** Reasons are told for so many moved incidents, points drawn for so many. */
const SAMPLE = 500;
const POINTS = 10_000;

export const simulate = (changes: readonly Change[], last: number, abort: AbortSignal): Promise<Simulation> =>
  post("api/rules/simulate", { changes, last, sample: SAMPLE, points: POINTS }, abort);
