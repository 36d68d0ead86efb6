/** The pages beside the map: who may open which, and how. */
import type { Key } from "../i18n";
import type { GlyphName } from "../parts/Glyph";
import { me, may } from "./session";
import type { Page } from "./url";

export interface Desk {
  page: Exclude<Page, "map">;
  glyph: GlyphName;
  /** Key that leads there, and back. */
  letter: string;
  name: Key;
  title: Key;
  /** What it is good for, in one line. */
  about: Key;
  /** Any of these opens it. */
  needs: readonly string[];
  /** And each of these is asked for. */
  also?: readonly string[];
}

export const DESKS: readonly Desk[] = [
  { page: "dispatch", glyph: "desk", letter: "W", name: "bar.dispatch", title: "desk.title", about: "desks.dispatch", needs: ["dispatch_read"] },
  { page: "department", glyph: "department", letter: "D", name: "bar.department", title: "department.title", about: "desks.department", needs: ["statistics_read"], also: ["incidents_read"] },
  { page: "rankings", glyph: "chart", letter: "K", name: "bar.rankings", title: "rankings.title", about: "desks.rankings", needs: ["statistics_read"] },
  { page: "rules", glyph: "rules", letter: "R", name: "bar.rules", title: "rules.title", about: "desks.rules", needs: ["rules_read"] },
  { page: "planner", glyph: "plan", letter: "G", name: "bar.planner", title: "planner.title", about: "desks.planner", needs: ["plans_read"] },
  { page: "exchange", glyph: "exchange", letter: "", name: "bar.exchange", title: "exchange.title", about: "desks.exchange", needs: ["export", "webhooks_manage", "audit_read"] },
  { page: "accounts", glyph: "people", letter: "", name: "bar.accounts", title: "admin.title", about: "desks.accounts", needs: ["accounts_manage"] },
];

/** Whether the person may open a page. Accounts are nobody's matter where nobody signs in. */
export function mayOpen(page: Page): boolean {
  if (page === "map") return true;
  if (page === "accounts" && me.value?.open) return false;
  const found = DESKS.find((one) => one.page === page);
  return found === undefined || (found.needs.some(may) && (found.also ?? []).every(may));
}

export const openDesks = (): Desk[] => DESKS.filter((one) => mayOpen(one.page));
