/** The desk's filter as the server is asked it. Pure. */
import type { Query } from "../api/client";
import type { Bounds } from "../api/types";
import { daysAgo } from "../format";
import { isOpen } from "../state/incidents";
import type { DeskFilter, Order } from "./address";

/** How far "handled lately" goes back. */
const HANDLED_DAYS = 30;

/** Parameters that list, counts, histogram and tiles share. */
export function filterQuery(filter: DeskFilter): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  const put = (key: string, value: string | string[] | null): void => {
    if (value !== null && value.length > 0) query[key] = value;
  };
  put("state", filter.states);
  put("clock", filter.clocks);
  put("urgency", filter.urgent ? "urgent" : null);
  put("supervised", filter.supervised ? "true" : null);
  put("has_duplicates", filter.merged ? "true" : null);
  put("sent_back", filter.sentBack ? "true" : null);
  put("handled_from", filter.handled ? daysAgo(HANDLED_DAYS - 1).slice(0, 10) : null);
  put("level", filter.levels);
  put("source", filter.sources);
  put("category", filter.category);
  put("organisation", filter.organisation);
  put("zone", filter.zone ? `${filter.zone.layer}:${filter.zone.code}` : null);
  put("from", filter.from);
  put("to", filter.to);
  put("q", filter.find.trim());
  return query;
}

export const boxText = (bounds: Bounds): string => bounds.map((value) => value.toFixed(6)).join(",");

/** What is closed is due no more: the order by limits is one of open incidents. */
export const dueOrder = (filter: DeskFilter): boolean => filter.states.length > 0 && filter.states.every((one) => one === "open" || isOpen(one));

export function listQuery(filter: DeskFilter, order: Order, bounds: Bounds | null): Query {
  return { ...filterQuery(filter), ...(filter.inView && bounds ? { bbox: boxText(bounds) } : {}), order: dueOrder(filter) ? order : "newest" };
}
