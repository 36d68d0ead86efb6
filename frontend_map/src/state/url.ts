/** The whole view as a link, and back. Pure: no window, no history. */
import { DEFAULT_DEPARTMENT, readDepartment, writeDepartment, type DepartmentView } from "../department/address";
import { DEFAULT_DESK, readDesk, writeDesk, type DeskView } from "../dispatch/address";
import { DEFAULT_RANKINGS, readRankings, writeRankings, type RankingsView } from "../rankings/address";
import type { Lang } from "../i18n";

export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
}

export type Selection =
  | { type: "incident"; number: string }
  | { type: "zone"; layer: string; code: string }
  | { type: "point"; lon: number; lat: number; category: string | null };

export const PERIODS = ["7d", "30d", "90d"] as const;
export type Period = (typeof PERIODS)[number];

export interface ListFilter {
  /** States to list; `open` stands for every state that is not finished. Empty means all. */
  states: string[];
  zone: { layer: string; code: string } | null;
  period: Period | null;
  inView: boolean;
}

/** What the rules page shows; `rule` is the open one, `NEW_RULE` the form for another. */
export interface RulesView {
  find: string;
  category: string | null;
  organisation: string | null;
  layer: string | null;
  rule: string | null;
}

export type Page = "map" | "rules" | "planner" | "dispatch" | "department" | "rankings" | "accounts" | "exchange";

export interface View {
  page: Page;
  lang: Lang;
  camera: Camera | null;
  /** Visible layers, or null for the default set. */
  layers: string[] | null;
  selection: Selection | null;
  /** Open panel on the left side. */
  panel: "layers" | "list" | "locate" | null;
  reporting: boolean;
  /** Edition date, or null for today. */
  at: string | null;
  filter: ListFilter;
  rules: RulesView;
  /** Code of the plan on the planner's desk; null shows the list of plans. */
  plan: string | null;
  desk: DeskView;
  department: DepartmentView;
  rankings: RankingsView;
}

/** Not the code of a rule: those begin with a letter or a digit. */
export const NEW_RULE = "-new";
export const DEFAULT_RULES: RulesView = { find: "", category: null, organisation: null, layer: null, rule: null };
export const DEFAULT_FILTER: ListFilter = { states: ["open"], zone: null, period: null, inView: false };

export const DEFAULT_VIEW: View = {
  page: "map",
  lang: "zh",
  camera: null,
  layers: null,
  selection: null,
  panel: null,
  reporting: false,
  at: null,
  filter: DEFAULT_FILTER,
  rules: DEFAULT_RULES,
  plan: null,
  desk: DEFAULT_DESK,
  department: DEFAULT_DEPARTMENT,
  rankings: DEFAULT_RANKINGS,
};

/** The page's own part of the address, below the folder in which the map lies. */
export const PAGE_PATH: Readonly<Record<Page, string>> = { map: "", rules: "rules", planner: "planner", dispatch: "dispatch", department: "department", rankings: "rankings", accounts: "accounts", exchange: "exchange" };

export function pageOf(path: string): Page {
  const last = path.split("/").at(-1);
  return (Object.keys(PAGE_PATH) as Page[]).find((page) => page !== "map" && PAGE_PATH[page] === last) ?? "map";
}

const CODE = /^[0-9A-Za-z_.-]{1,64}$/;

function pair(text: string | null): { layer: string; code: string } | null {
  const [layer, code, ...rest] = (text ?? "").split(":");
  return layer && code && rest.length === 0 && CODE.test(layer) && CODE.test(code) ? { layer, code } : null;
}

function lonLat(text: string | null): { lon: number; lat: number } | null {
  const parts = (text ?? "").split(",");
  const [lon, lat] = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (parts.length !== 2 || lon === undefined || lat === undefined) return null;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat } : null;
}

/** `zoom/lat/lon`, the order other map sites use. */
function camera(text: string | null): Camera | null {
  const parts = (text ?? "").split("/");
  const [zoom, lat, lon] = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (parts.length !== 3 || zoom === undefined || lat === undefined || lon === undefined) return null;
  return zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85.1 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

export function isDate(text: string | null): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

const list = (text: string): string[] => [...new Set(text.split(",").filter((part) => CODE.test(part)))];

/** Reads a query string. What is malformed is left at its default: an old or broken link still opens the map. */
export function parse(search: string, path = ""): View {
  const query = new URLSearchParams(search);
  const panel = query.get("panel");
  const at = query.get("at");
  const layers = query.get("layers");
  const state = query.get("state");
  const period = query.get("period");
  return {
    page: pageOf(path),
    lang: query.get("lang") === "en" ? "en" : "zh",
    camera: camera(query.get("map")),
    layers: layers === null ? null : list(layers),
    selection: selection(query),
    panel: panel === "layers" || panel === "list" || panel === "locate" ? panel : null,
    reporting: query.get("report") === "1",
    at: isDate(at) ? at : null,
    filter:
      hasDesk(pageOf(path))
        ? DEFAULT_FILTER
        : {
            states: state === null ? DEFAULT_FILTER.states : state === "all" ? [] : list(state),
            zone: pair(query.get("in")),
            period: PERIODS.find((one) => one === period) ?? null,
            inView: query.get("view") === "1",
          },
    rules: pageOf(path) === "rules" ? rules(query) : DEFAULT_RULES,
    plan: pageOf(path) === "planner" && CODE.test(query.get("plan") ?? "") ? query.get("plan") : null,
    desk: hasDesk(pageOf(path)) ? readDesk(query) : DEFAULT_DESK,
    department: pageOf(path) === "department" ? readDepartment(query) : DEFAULT_DEPARTMENT,
    rankings: pageOf(path) === "rankings" ? readRankings(query) : DEFAULT_RANKINGS,
  };
}

/** Pages with the filters and the case panel of the dispatcher's desk. */
export const hasDesk = (page: Page): boolean => page === "dispatch" || page === "department";

function rules(query: URLSearchParams): RulesView {
  return {
    find: query.get("find") ?? "",
    category: query.get("category") || null,
    organisation: query.get("organisation") || null,
    layer: query.get("layer") || null,
    rule: query.get("rule") || null,
  };
}

function selection(query: URLSearchParams): Selection | null {
  const incident = query.get("incident");
  if (incident && CODE.test(incident)) return { type: "incident", number: incident };
  const zone = pair(query.get("zone"));
  if (zone) return { type: "zone", ...zone };
  const point = lonLat(query.get("point"));
  return point ? { type: "point", ...point, category: query.get("category") || null } : null;
}

/** Writes a query string; whatever has its default value is left out, so links stay short. */
export function format(view: View): string {
  const query: [string, string][] = [];
  const { camera: c } = view;
  if (c) query.push(["map", `${c.zoom.toFixed(2)}/${c.lat.toFixed(5)}/${c.lon.toFixed(5)}`]);
  if (view.lang !== "zh") query.push(["lang", view.lang]);
  if (view.page === "rules") query.push(...Object.entries(view.rules).filter(([, value]) => value));
  else if (view.page === "rankings") query.push(...writeRankings(view.rankings));
  else if (view.page === "planner") query.push(...(view.plan ? [["plan", view.plan] as [string, string]] : []));
  else if (hasDesk(view.page)) deskQuery(view, query);
  else if (view.page === "map") mapQuery(view, query);
  // Commas, colons and slashes are legal in a query string and keep the link readable.
  const text = query
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/")}`)
    .join("&");
  return text ? `?${text}` : "";
}

function deskQuery(view: View, query: [string, string][]): void {
  const { selection: s } = view;
  if (view.layers) query.push(["layers", view.layers.join(",")]);
  query.push(...writeDesk(view.desk));
  if (view.page === "department") query.push(...writeDepartment(view.department));
  if (s?.type === "incident") query.push(["incident", s.number]);
  if (s?.type === "zone") query.push(["zone", `${s.layer}:${s.code}`]);
  if (view.reporting) query.push(["report", "1"]);
}

function mapQuery(view: View, query: [string, string][]): void {
  const { selection: s, filter: f } = view;
  if (view.layers) query.push(["layers", view.layers.join(",")]);
  if (view.at) query.push(["at", view.at]);
  if (view.panel) query.push(["panel", view.panel]);
  if (f.states.join() !== DEFAULT_FILTER.states.join()) query.push(["state", f.states.join(",") || "all"]);
  if (f.zone) query.push(["in", `${f.zone.layer}:${f.zone.code}`]);
  if (f.period) query.push(["period", f.period]);
  if (f.inView) query.push(["view", "1"]);
  if (s?.type === "incident") query.push(["incident", s.number]);
  if (s?.type === "zone") query.push(["zone", `${s.layer}:${s.code}`]);
  if (s?.type === "point") {
    query.push(["point", `${s.lon.toFixed(7)},${s.lat.toFixed(7)}`]);
    if (s.category) query.push(["category", s.category]);
  }
  if (view.reporting) query.push(["report", "1"]);
}
