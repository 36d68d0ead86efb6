/** What the page of rankings shows, as part of a link, and back. Pure. */
import { LEVELS, type Level } from "../api/rankings";
import type { HeldRole } from "../api/session";
import { PERIODS, type PeriodName } from "./periods";

/** Columns by which zones are ranked; the map shows the one that is sorted by. */
export const MEASURES = ["reported", "due", "closing_rate", "on_time_rate", "overdue", "rework_rate", "satisfaction_rate", "self_found_ratio"] as const;
export type Measure = (typeof MEASURES)[number];
export type Shows = "value" | "change";

/** A number whose list is open: of a zone, or of the whole (null). */
export interface OpenList {
  figure: string;
  zone: string | null;
}

export interface RankingsView {
  level: Level;
  within: string | null;
  period: PeriodName;
  /** Of a period of one's own; the last day is included. */
  from: string | null;
  until: string | null;
  category: string | null;
  sources: readonly string[];
  compare: boolean;
  measure: Measure;
  ascending: boolean;
  shows: Shows;
  zone: string | null;
  list: OpenList | null;
  /** Grid and day of the open day report. */
  report: { grid: string; day: string } | null;
}

export const DEFAULT_RANKINGS: RankingsView = {
  level: "community",
  within: null,
  period: "quarter",
  from: null,
  until: null,
  category: null,
  sources: [],
  compare: true,
  measure: "on_time_rate",
  ascending: false,
  shows: "value",
  zone: null,
  list: null,
  report: null,
};

/** Where whoever governs one region begins: with what lies below it. Null: with the city. Pure. */
export function ownBeginning(roles: readonly HeldRole[]): Pick<RankingsView, "within" | "level"> | null {
  if (roles.some((one) => one.scope.everything)) return null;
  const regions = new Map(roles.flatMap(({ scope }) => scope.regions).map((one) => [one.code, one.layer]));
  const [region] = regions;
  if (!region || regions.size > 1) return null;
  return { within: region[0], level: region[1] === "community" ? "grid" : region[1] === "district" ? "street" : "community" };
}

/** Whether a link says which zones are ranked. Pure. */
export const saysWhich = (query: URLSearchParams): boolean => query.has("level") || query.has("within");

const CODE = /^[0-9A-Za-z_.-]{1,64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const known = (text: string | null, form: RegExp): string | null => (text !== null && form.test(text) ? text : null);

/** Whatever is malformed keeps its default. */
export function readRankings(query: URLSearchParams): RankingsView {
  const [figure, listed] = (query.get("list") ?? "").split("@");
  const [grid, day] = (query.get("report") ?? "").split("@");
  const from = known(query.get("from"), DAY);
  const until = known(query.get("until"), DAY);
  const wanted = PERIODS.find((one) => one === query.get("period")) ?? DEFAULT_RANKINGS.period;
  const period = wanted === "own" && (from === null || until === null || until < from) ? DEFAULT_RANKINGS.period : wanted;
  return {
    level: LEVELS.find((one) => one === query.get("level")) ?? DEFAULT_RANKINGS.level,
    within: known(query.get("within"), CODE),
    period,
    from: period === "own" ? from : null,
    until: period === "own" ? until : null,
    category: query.get("category") || null,
    sources: (query.get("source") ?? "").split(",").filter((one) => /^[a-z_0-9]+$/.test(one)),
    compare: query.get("compare") !== "0",
    measure: MEASURES.find((one) => one === query.get("by")) ?? DEFAULT_RANKINGS.measure,
    ascending: query.get("up") === "1",
    shows: query.get("shows") === "change" ? "change" : "value",
    zone: known(query.get("zone"), CODE),
    list: figure && /^[a-z_]+$/.test(figure) ? { figure, zone: known(listed ?? null, CODE) } : null,
    report: grid && day && CODE.test(grid) && DAY.test(day) ? { grid, day } : null,
  };
}

export function writeRankings(view: RankingsView): [string, string][] {
  const plain = DEFAULT_RANKINGS;
  const parts: [string, string | null][] = [
    ["level", view.level === plain.level ? null : view.level],
    ["within", view.within],
    ["period", view.period === plain.period ? null : view.period],
    ["from", view.period === "own" ? view.from : null],
    ["until", view.period === "own" ? view.until : null],
    ["category", view.category],
    ["source", view.sources.join(",")],
    ["compare", view.compare ? null : "0"],
    ["by", view.measure === plain.measure ? null : view.measure],
    ["up", view.ascending ? "1" : null],
    ["shows", view.shows === plain.shows ? null : view.shows],
    ["zone", view.zone],
    ["list", view.list && (view.list.zone === null ? view.list.figure : `${view.list.figure}@${view.list.zone}`)],
    ["report", view.report && `${view.report.grid}@${view.report.day}`],
  ];
  return parts.filter((part): part is [string, string] => part[1] !== null && part[1] !== "");
}
