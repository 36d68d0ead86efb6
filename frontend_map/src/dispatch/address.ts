/** What the dispatcher's desk shows, as part of a link, and back. Pure. */

export const CLOCK_STATES = ["running", "due_soon", "overdue", "paused"] as const;
export type ClockState = (typeof CLOCK_STATES)[number];
export const DESK_TABS = ["list", "sorting", "tasks"] as const;
export type DeskTab = (typeof DESK_TABS)[number];
export const LEVELS = ["community", "street", "district"] as const;
export type Level = (typeof LEVELS)[number];
export const QUEUES = ["unrouted", "distrusted", "direct_report", "objection", "unassigned"] as const;
export type Queue = (typeof QUEUES)[number];
export type Order = "newest" | "due";

export interface DeskFilter {
  /** States to list; `open` stands for every state that is not finished. Empty means all. */
  states: string[];
  clocks: ClockState[];
  urgent: boolean;
  supervised: boolean;
  /** Others were merged into it. */
  merged: boolean;
  /** Sent back by whom it was given to. */
  sentBack: boolean;
  /** Work reported done in the last 30 days, whatever its state is now. */
  handled: boolean;
  levels: Level[];
  sources: string[];
  category: string | null;
  organisation: string | null;
  zone: { layer: string; code: string } | null;
  /** Instants (ISO, UTC) between which it was reported; the end is not part of it. */
  from: string | null;
  to: string | null;
  /** Beginning of a number, or part of an address. */
  find: string;
  inView: boolean;
}

export interface DeskView {
  tab: DeskTab;
  queue: Queue;
  order: Order;
  heat: boolean;
  timeline: boolean;
  filter: DeskFilter;
}

export const NO_FILTER: DeskFilter = {
  states: ["open"],
  clocks: [],
  urgent: false,
  supervised: false,
  merged: false,
  sentBack: false,
  handled: false,
  levels: [],
  sources: [],
  category: null,
  organisation: null,
  zone: null,
  from: null,
  to: null,
  find: "",
  inView: false,
};

export const DEFAULT_DESK: DeskView = { tab: "list", queue: "unrouted", order: "due", heat: false, timeline: false, filter: NO_FILTER };

const CODE = /^[0-9A-Za-z_.-]{1,64}$/;

const listed = (text: string | null): string[] => [...new Set((text ?? "").split(",").filter((part) => CODE.test(part)))];

function among<T extends string>(all: readonly T[], text: string | null): T[] {
  const wanted = listed(text);
  return all.filter((one) => wanted.includes(one));
}

function instant(text: string | null): string | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/.test(text)) return null;
  return Number.isNaN(Date.parse(text)) ? null : text;
}

/** An instant to the minute, as links and requests write it. */
export const minute = (moment: number): string => `${new Date(moment).toISOString().slice(0, 16)}Z`;

function pair(text: string | null): DeskFilter["zone"] {
  const [layer, code, ...rest] = (text ?? "").split(":");
  return layer && code && rest.length === 0 && CODE.test(layer) && CODE.test(code) ? { layer, code } : null;
}

/** Reads the desk's part of a query. What is malformed is left at its default. */
export function readDesk(query: URLSearchParams): DeskView {
  const state = query.get("state");
  const from = instant(query.get("from"));
  const to = instant(query.get("to"));
  return {
    tab: DESK_TABS.find((one) => one === query.get("tab")) ?? DEFAULT_DESK.tab,
    queue: QUEUES.find((one) => one === query.get("queue")) ?? DEFAULT_DESK.queue,
    order: query.get("order") === "newest" ? "newest" : DEFAULT_DESK.order,
    heat: query.get("heat") === "1",
    timeline: query.get("timeline") === "1",
    filter: {
      states: state === null ? NO_FILTER.states : state === "all" ? [] : listed(state),
      clocks: among(CLOCK_STATES, query.get("clock")),
      urgent: query.get("urgent") === "1",
      supervised: query.get("supervised") === "1",
      merged: query.get("merged") === "1",
      sentBack: query.get("sent_back") === "1",
      handled: query.get("handled") === "1",
      levels: among(LEVELS, query.get("level")),
      sources: listed(query.get("source")),
      category: query.get("category") || null,
      organisation: CODE.test(query.get("organisation") ?? "") ? query.get("organisation") : null,
      zone: pair(query.get("in")),
      from: from !== null && to !== null && from >= to ? null : from,
      to: from !== null && to !== null && from >= to ? null : to,
      find: (query.get("find") ?? "").slice(0, 100),
      inView: query.get("view") === "1",
    },
  };
}

/** Writes it; whatever has its default value is left out. */
export function writeDesk(view: DeskView): [string, string][] {
  const { filter: f } = view;
  const parts: [string, string | null][] = [
    ["tab", view.tab === DEFAULT_DESK.tab ? null : view.tab],
    ["queue", view.tab === "sorting" && view.queue !== DEFAULT_DESK.queue ? view.queue : null],
    ["order", view.order === DEFAULT_DESK.order ? null : view.order],
    ["heat", view.heat ? "1" : null],
    ["timeline", view.timeline ? "1" : null],
    ...writeFilter(f),
  ];
  return parts.filter((part): part is [string, string] => part[1] !== null && part[1] !== "");
}

function writeFilter(f: DeskFilter): [string, string | null][] {
  return [
    ["state", f.states.join() === NO_FILTER.states.join() ? null : f.states.join(",") || "all"],
    ["clock", f.clocks.join(",")],
    ["urgent", f.urgent ? "1" : null],
    ["supervised", f.supervised ? "1" : null],
    ["merged", f.merged ? "1" : null],
    ["sent_back", f.sentBack ? "1" : null],
    ["handled", f.handled ? "1" : null],
    ["level", f.levels.join(",")],
    ["source", f.sources.join(",")],
    ["category", f.category],
    ["organisation", f.organisation],
    ["in", f.zone ? `${f.zone.layer}:${f.zone.code}` : null],
    ["from", f.from],
    ["to", f.to],
    ["find", f.find.trim()],
    ["view", f.inView ? "1" : null],
  ];
}

/** A filter by itself as a query string: what is kept under a name. */
export const filterText = (filter: DeskFilter): string =>
  new URLSearchParams(writeFilter({ ...filter, from: null, to: null }).filter((part): part is [string, string] => Boolean(part[1]))).toString();

export const filterOf = (text: string): DeskFilter => readDesk(new URLSearchParams(text)).filter;
