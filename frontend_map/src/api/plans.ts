/** Plans of new grids: what they are, and the calls that read, change and publish them. */
import type { FeatureCollection, LineString, MultiPolygon, Polygon, Position } from "geojson";
import { base, get, post, postFile, queryString, remove } from "./client";
import type { LonLat, Named, Text } from "./types";

export type PlanState = "draft" | "submitted" | "approved" | "scheduled" | "published" | "superseded" | "withdrawn" | "rolled_back";

export const LOCKS = ["none", "out", "in", "both"] as const;
/** What may not happen to a zone: nothing leaves it (`out`), nothing enters (`in`), neither (`both`). */
export type Lock = (typeof LOCKS)[number];

export interface Band {
  min: number;
  max: number;
}

export interface Plan {
  code: string;
  name: Text;
  layer: string;
  state: PlanState;
  /** Counts accepted steps and changes of state; goes back with each change. */
  revision: number;
  author: string | null;
  approver: string | null;
  area: { layer: string; code: string; name?: Text } | null;
  base: string;
  effective_from: string | null;
  rollback_at: string | null;
  band: Band;
  /** What the planner has to say of it. */
  note: Text | null;
  created_at: string;
  zones: number;
  units: number;
  households: number;
  undo: boolean;
  redo: boolean;
}

export interface PlanZone {
  /** The zone's number in this plan; never used again. */
  number: number;
  /** Null for a new zone, until it is given one. */
  code: string | null;
  name: Text;
  base: boolean;
  lock: Lock;
  exempt: boolean;
  dissolved: boolean;
  posts: number;
}

/** All units and borders of a plan, column by column. */
export interface PlanUnits {
  revision: number;
  zones: PlanZone[];
  communities: Named[];
  units: {
    id: number[];
    code: string[];
    /** Index into the communities. */
    community: number[];
    households: number[];
    residents: number[];
    buildings: number[];
    incidents_year: number[];
    facilities: number[];
    area_m2: number[];
    perimeter_m: number[];
    /** Number of the zone now, and in the base edition; null where a unit has none. */
    zone: (number | null)[];
    base_zone: (number | null)[];
  };
  edges: { a: number[]; b: number[]; length_m: number[]; barrier: number[]; joined: boolean[] };
}

export interface PlanShapes {
  /** Feature id = unit id. */
  units: FeatureCollection<Polygon | MultiPolygon>;
  /** Feature id = number of the border. */
  edges: FeatureCollection<LineString>;
}

export interface UnitMove {
  unit: number;
  from: number | null;
  to: number | null;
}

export type Move =
  | { kind: "paint"; units: number[]; zone: number }
  | { kind: "split_line"; zone: number; line: Position[]; new_name?: Text }
  | { kind: "split_parts"; zone: number; parts: number; seed?: number }
  | { kind: "merge"; zones: number[]; into: number }
  | { kind: "border"; zones: [number, number]; line: Position[]; cut?: boolean }
  | { kind: "transfer_building"; building: string; zone: number }
  | { kind: "new_zone"; units: number[]; name: Text }
  | { kind: "dissolve"; zone: number }
  | { kind: "rename"; zone: number; name: Text }
  | { kind: "lock"; zone: number; lock: Lock }
  | { kind: "exempt"; zone: number; exempt: boolean }
  | { kind: "renumber"; preview: boolean; communities?: string[] }
  | { kind: "assign"; units: number[]; zones: number[] };

export type MoveKind = Move["kind"];

export interface StepAnswer {
  revision: number;
  seq: number | null;
  moves: UnitMove[];
  /** Zones whose attributes changed, or that are new. */
  zones: PlanZone[];
  /** Units that were cut; their pieces are units of their own. */
  cut?: CutUnit[] | null;
  /** Borders of the pieces; ids of units. */
  edges?: NewBorders | null;
  renumbered: { number: number; before: string | null; after: string }[];
}

export interface CutUnit {
  unit: number;
  pieces: {
    unit: number;
    code: string;
    community: string;
    households: number;
    residents: number;
    buildings: number;
    incidents_year: number;
    facilities: number;
    area_m2: number;
    perimeter_m: number;
    zone: number | null;
    base_zone: number | null;
    geometry: Polygon;
  }[];
}

export interface NewBorders {
  a: number[];
  b: number[];
  length_m: number[];
  barrier: number[];
  joined: boolean[];
}

export interface FileReport {
  rows: number;
  errors: number;
  faults: { row: number; field: string; code: string; message: Text; suggestion: Text | null }[];
  skipped: { count: number; codes: string[] };
  unchanged: number;
  changed: number;
  stored: boolean;
}

export interface PlanNotice {
  id: number;
  at: string;
  organisation: { code: string; name: Text };
  kind: string;
  text: Text;
}

/** Two editions or plans of a layer. */
export interface Comparison {
  layer: string;
  summary: { zones: number; begun: number; ended: number; changed: number; renamed: number; units: number; households: number; area_m2: number };
  zones: { code: string; name: Text; change: "begun" | "ended" | "changed" | "renamed"; households_in: number; households_out: number }[];
  flows: { source: string | null; target: string | null; units: number; households: number; area_m2: number }[];
  units: FeatureCollection;
}

export interface PlanStep {
  seq: number;
  revision: number;
  at: string;
  author: string;
  kind: MoveKind;
  units: number[];
  from_numbers: (number | null)[];
  to_numbers: (number | null)[];
  /** Zones that changed otherwise than by their units. */
  zones: number[];
  undone: boolean;
}

/** What two people both changed: the zone of a unit, or (`unit` null) an attribute of a zone. */
export interface PlanConflict {
  unit: number | null;
  number: number | null;
  attribute: string | null;
  yours: number | string | boolean | null;
  theirs: number | string | boolean | null;
  by: string;
  at: string;
  /** What the unit has been cut into by the other person, if it has. */
  pieces: number[];
}

export interface ServerProblem {
  code: string;
  number?: number | null;
  unit?: number | null;
  place: LonLat | null;
  text: Text;
}

export interface ServerMeasures {
  revision: number;
  problems: ServerProblem[];
  zones: { number: number; reock: number | null }[];
}

export interface ProposalMeasures {
  zones: number;
  in_band_share: number;
  connected_share: number;
  mean_polsby_popper: number;
  p10_polsby_popper: number;
  min: number;
  max: number;
  moved_share: number;
  seconds: number;
}

export interface Proposal {
  number: number;
  name: Text;
  measures: ProposalMeasures;
  assignment: { units: number[]; zones: number[] };
  explained: { zone: number; text: Text }[];
}

export interface ProposalJob {
  job: string;
  /** Of the plan when the search began: what a proposal is taken over on. */
  revision: number;
  state: "running" | "done" | "failed" | "cancelled";
  progress: number;
  proposals: Proposal[];
  failure: Text | null;
}

export interface ProposalOptions {
  seed: number;
  seconds: number;
  band: Band;
  roads: number;
  compactness: number;
  stay: number;
  /** At most this share of households changes its grid; null: no limit. */
  change_budget: number | null;
  locked: number[];
  must_link: [number, number][];
  cannot_link: [number, number][];
}

export interface NewPlan {
  layer: string;
  name: Text;
  area: { layer: string; code: string } | null;
  base: string | null;
  band: Band | null;
  by: string;
}

export type PlanAction = "submit" | "approve" | "schedule" | "publish" | "withdraw" | "rollback" | "keep" | "reopen";

const at = (code: string): string => `api/plans/${encodeURIComponent(code)}`;

export const loadPlans = (abort?: AbortSignal): Promise<{ items: Plan[] }> => get("api/plans", {}, abort);
export const makePlan = (plan: NewPlan): Promise<Plan> => post("api/plans", plan);
/** `by` asks what this person may take back. */
export const loadPlan = (code: string, by: string, abort?: AbortSignal): Promise<Plan> => get(at(code), { by }, abort);
export const loadUnits = (code: string, abort?: AbortSignal): Promise<PlanUnits> => get(`${at(code)}/units`, {}, abort);
export const loadShapes = (code: string, abort?: AbortSignal): Promise<PlanShapes> => get(`${at(code)}/shapes`, {}, abort);
export const loadMeasures = (code: string, abort?: AbortSignal): Promise<ServerMeasures> => get(`${at(code)}/measures`, {}, abort);
export const loadSteps = (code: string, abort?: AbortSignal): Promise<{ items: PlanStep[]; next: number | null }> => get(`${at(code)}/steps`, {}, abort);

/** A step that is not answered by then is as good as lost on the way. */
const ANSWER_MS = 60_000;

/** `known`: revisions since of own steps, which do not stand against this one. */
export const sendMove = (code: string, revision: number, known: readonly number[], by: string, move: Move): Promise<StepAnswer> =>
  post(`${at(code)}/moves`, { revision, known, by, ...move }, AbortSignal.timeout(ANSWER_MS));
export const sendBack = (code: string, which: "undo" | "redo", revision: number, by: string): Promise<StepAnswer> =>
  post(`${at(code)}/${which}`, { revision, by }, AbortSignal.timeout(ANSWER_MS));

export const startProposals = (code: string, communities: string[], options: ProposalOptions): Promise<ProposalJob> =>
  post(`${at(code)}/proposals`, { communities, options });
export const loadProposals = (code: string, job: string, abort?: AbortSignal): Promise<ProposalJob> => get(`${at(code)}/proposals/${job}`, {}, abort);
export const cancelProposals = (code: string, job: string): Promise<void> => remove(`${at(code)}/proposals/${job}`);

export const act = (code: string, action: PlanAction, revision: number, by: string, effectiveFrom?: string): Promise<Plan> =>
  post(`${at(code)}/${action}`, { revision, by, ...(effectiveFrom ? { effective_from: effectiveFrom } : {}) });

export async function importFile(
  code: string,
  file: Blob,
  form: string,
  { revision, by, skipBad, dryRun }: { revision: number; by: string; skipBad: boolean; dryRun: boolean },
): Promise<FileReport> {
  return await postFile(`${at(code)}/import${queryString({ format: form, revision, by, skip_bad: skipBad, dry_run: dryRun })}`, file);
}
export const loadNotices = (code: string, abort?: AbortSignal): Promise<{ items: PlanNotice[] }> => get("api/notices", { plan: code, limit: 100 }, abort);
/** `from` and `to` are dates or `plan:CODE`; without `to` now. */
export const loadComparison = (layer: string, from: string, to: string, abort?: AbortSignal): Promise<Comparison> =>
  get("api/comparison", { layer, from, ...(to === "" ? {} : { to }) }, abort);

export interface GridRef {
  /** Null for a new grid that has no code yet. */
  code: string | null;
  name: Text;
}

export interface ImpactFlow {
  source: GridRef;
  target: GridRef;
  units: number;
  households: number;
  residents: number;
  buildings: number;
  open_incidents: number;
  incidents_year: number;
  facilities: number;
  posts: number;
}

export interface GridChange {
  grid: GridRef;
  change: string;
  households_before: number;
  households_after: number;
  residents_before: number;
  residents_after: number;
  open_incidents_before: number;
  open_incidents_after: number;
  posts: number;
}

export interface LayerOverlap {
  layer: string;
  name: Text;
  rows: { grid: GridRef; zone: string; zone_name: Text; area_share: number; households: number; household_share: number | null }[];
}

/** What publishing would do, counted now. */
export interface Impact {
  plan: string;
  revision: number;
  at: string;
  faults: { code: string; text: Text; zone: number | null; unit: string | null }[];
  totals: Record<"grids" | "begun" | "ended" | "units" | "households" | "residents" | "buildings" | "open_incidents" | "incidents_year" | "facilities" | "patrol_points" | "posts", number>;
  flows: ImpactFlow[];
  grids: GridChange[];
  overlaps: LayerOverlap[];
}

export const impactAddress = (code: string, kind: "html" | "csv", lang: string): string => `${base}${at(code)}/impact.${kind}${kind === "html" ? `?lang=${lang}` : ""}`;
export const loadImpact = (code: string, abort?: AbortSignal): Promise<Impact> => get(`${at(code)}/impact`, {}, abort);
export interface MovingPoint {
  code: string;
  name: Text;
  lon: number;
  lat: number;
  /** The plan's own numbers of the grids. */
  before: number | null;
  after: number | null;
}
export const loadMovingPoints = (code: string, abort?: AbortSignal): Promise<{ items: MovingPoint[] }> => get(`${at(code)}/patrol-points`, {}, abort);
export const exportAddress = (code: string, format: string): string => `${base}${at(code)}/export?format=${format}`;
