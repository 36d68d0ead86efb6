import { describe, expect, it } from "vitest";
import { DEFAULT_DEPARTMENT } from "../src/department/address";
import { DEFAULT_DESK, NO_FILTER } from "../src/dispatch/address";
import { DEFAULT_RANKINGS } from "../src/rankings/address";
import { DEFAULT_RULES, DEFAULT_VIEW, format, isDate, pageOf, parse, type View } from "../src/state/url";

const full: View = {
  page: "map",
  lang: "en",
  camera: { lon: 120.46912, lat: 36.10534, zoom: 14.25 },
  layers: ["base_grid", "incidents", "police"],
  selection: { type: "point", lon: 120.4691234, lat: 36.1053456, category: "GB/T 47678.5-2026:matter:06010" },
  panel: "list",
  reporting: true,
  at: "2025-06-30",
  filter: { states: ["reported", "filed"], zone: { layer: "community", code: "370212001001" }, period: "30d", inView: true },
  rules: DEFAULT_RULES,
  plan: null,
  desk: DEFAULT_DESK,
  department: DEFAULT_DEPARTMENT,
  rankings: DEFAULT_RANKINGS,
};

const desk: View = {
  ...DEFAULT_VIEW,
  page: "rules",
  rules: { find: "垃圾 & more", category: "GB/T 47678.5-2026:matter:06010", organisation: "LS-CG", layer: "police", rule: "R045" },
};

describe("the view as a link", () => {
  it("comes back unchanged", () => {
    expect(parse(format(full))).toEqual(full);
  });

  it.each([
    { type: "incident", number: "37021220261122000017" } as const,
    { type: "zone", layer: "police", code: "37021200100100100101" } as const,
    null,
  ])("brings back the selection %j", (selection) => {
    expect(parse(format({ ...DEFAULT_VIEW, selection })).selection).toEqual(selection);
  });

  it("of the rules page comes back unchanged, with its own path", () => {
    expect(parse(format(desk), "/prefix/rules")).toEqual(desk);
    expect(pageOf("/")).toBe("map");
    expect(pageOf("/rules")).toBe("rules");
    expect(pageOf("/rules.html")).toBe("map");
  });

  it("of the dispatcher's desk comes back unchanged", () => {
    const view: View = {
      ...DEFAULT_VIEW,
      page: "dispatch",
      selection: { type: "incident", number: "37021220261122000017" },
      desk: {
        tab: "sorting",
        queue: "objection",
        order: "newest",
        heat: true,
        timeline: true,
        filter: {
          states: ["fed_back"],
          clocks: ["due_soon", "overdue"],
          urgent: true,
          supervised: true,
          merged: true,
          sentBack: true,
          handled: true,
          levels: ["street"],
          sources: ["hotline", "patrol"],
          category: "GB/T 47678.5-2026:matter:06010",
          organisation: "LS-CG",
          zone: { layer: "community", code: "370212001001" },
          from: "2026-11-01T16:00Z",
          to: "2026-11-22T16:00Z",
          find: "海尔路 & 8",
          inView: true,
        },
      },
    };
    expect(parse(format(view), "/prefix/dispatch")).toEqual(view);
    expect(format({ ...DEFAULT_VIEW, page: "dispatch" })).toBe("");
    expect(parse("?clock=overdue,never&from=2026-11-02T00:00Z&to=2026-11-01T00:00Z&state=all&level=moon", "/dispatch").desk.filter).toEqual({ ...NO_FILTER, states: [], clocks: ["overdue"] });
    expect(parse("?clock=overdue", "/").desk).toEqual(DEFAULT_DESK);
  });

  it("of the department's desk comes back unchanged, filters and area together", () => {
    const view: View = {
      ...DEFAULT_VIEW,
      page: "department",
      desk: { ...DEFAULT_DESK, filter: { ...NO_FILTER, clocks: ["overdue"], organisation: "LS-XF" } },
      department: { part: "query", days: 90, area: { kind: "facility", code: "3702120106000123", metres: 250 } },
    };
    expect(format(view)).toBe("?clock=overdue&organisation=LS-XF&part=query&days=90&area=facility:3702120106000123:250");
    expect(parse(format(view), "/prefix/department")).toEqual(view);
    expect(parse("?part=moon&days=8&area=road:1", "/department").department).toEqual(DEFAULT_DEPARTMENT);
    expect(parse("?part=query", "/dispatch").department).toEqual(DEFAULT_DEPARTMENT);
  });

  it("of the planner's desk names the plan, and nothing else", () => {
    const view: View = { ...DEFAULT_VIEW, page: "planner", plan: "P-2026-001" };
    expect(format(view)).toBe("?plan=P-2026-001");
    expect(parse(format(view), "/prefix/planner")).toEqual(view);
    expect(parse("?plan=P-2026-001", "/rules").plan).toBeNull();
    expect(parse("?plan=a/b", "/planner").plan).toBeNull();
  });

  it("of one page says nothing of the other", () => {
    expect(format({ ...desk, page: "map" })).toBe("");
    expect(format({ ...full, page: "rules", rules: DEFAULT_RULES })).toBe("?map=14.25/36.10534/120.46912&lang=en");
    expect(parse("?point=120,36&category=a:b:c").rules).toEqual(DEFAULT_RULES);
  });

  it("is empty for the default view", () => {
    expect(format(DEFAULT_VIEW)).toBe("");
    expect(parse("")).toEqual(DEFAULT_VIEW);
  });

  it("tells no layers from default layers", () => {
    expect(parse(format({ ...DEFAULT_VIEW, layers: [] })).layers).toEqual([]);
    expect(parse(format({ ...DEFAULT_VIEW, layers: null })).layers).toBeNull();
  });

  it("tells all states from open ones", () => {
    const all = { ...DEFAULT_VIEW, filter: { ...DEFAULT_VIEW.filter, states: [] } };
    expect(format(all)).toBe("?state=all");
    expect(parse("?state=all").filter.states).toEqual([]);
    expect(parse("").filter.states).toEqual(["open"]);
  });

  it("stays readable: commas, colons and slashes are not escaped", () => {
    expect(format(full)).toContain("map=14.25/36.10534/120.46912");
    expect(format(full)).toContain("in=community:370212001001");
  });

  it.each([
    ["?map=14/95/120", "latitude out of range"],
    ["?map=14/36", "a part missing"],
    ["?map=//", "empty parts"],
    ["?map=a/b/c", "no numbers"],
    ["?point=120.4", "half a point"],
    ["?point=,36.1", "an empty longitude"],
    ["?zone=police", "no code"],
    ["?zone=police:1:2", "too many parts"],
    ["?incident=<script>", "no incident number"],
    ["?at=2025-02-30", "no such day"],
    ["?at=yesterday", "no date"],
    ["?panel=admin", "no such panel"],
    ["?period=1y", "no such period"],
    ["?lang=fr", "no such language"],
  ])("ignores %s (%s)", (search) => {
    expect(parse(search)).toEqual(DEFAULT_VIEW);
  });
});

describe("isDate", () => {
  it("takes real days only", () => {
    expect(isDate("2024-02-29")).toBe(true);
    expect(isDate("2025-02-29")).toBe(false);
    expect(isDate("2025-2-9")).toBe(false);
    expect(isDate(null)).toBe(false);
  });
});
