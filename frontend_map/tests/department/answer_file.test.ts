import { afterEach, describe, expect, it } from "vitest";
import type { ZoneAnswer } from "../../src/api/department";
import { answerCsv, answerGeoJson } from "../../src/department/answer_file";
import { lang } from "../../src/i18n";

afterEach(() => void (lang.value = "zh"));

const answer: ZoneAnswer = {
  edition: "1",
  at: "2026-11-27T09:00:00Z",
  area: { type: "Polygon", coordinates: [[[120.4, 36.1], [120.5, 36.1], [120.5, 36.2], [120.4, 36.1]]] },
  area_m2: 8640.6,
  incidents: {
    total: 3,
    open: 2,
    overdue: 1,
    by_category: [{ category: { key: "k", name: { zh: "=市政, 公用", en: null } }, count: 3 }],
    by_state: { handling: 2, closed: 1 },
    by_source: { hotline: 3 },
    trend: [{ from: "2026-11-26T16:00:00Z", count: 3, overdue: 0 }],
  },
  facilities: { total: 4, by_class: [{ class: "01", name: { zh: "公用设施", en: null }, count: 4 }] },
  households: { count: null, suppressed: true },
  grids: [{ code: "370212002001001", name: { zh: "第一网格", en: null }, share: 0.42, incidents: 3 }],
};

describe("the answer about an area as a file", () => {
  it("is a table that says above what it holds, and spreadsheets read as UTF-8", () => {
    const text = answerCsv(answer, ["崂山区 · 消防", "筛选：\n无"], "day");
    expect(text.startsWith("\uFEFF# 崂山区 · 消防\r\n# 筛选： 无\r\n")).toBe(true);
    const rows = text.split("\r\n");
    expect(rows).toContain("事件,,3");
    expect(rows).toContain("户数,,");
    expect(rows).toContain("趋势,2026年11月27日,3");
    expect(rows).toContain("网格,第一网格 370212002001001,3,0.42");
  });

  it("has the hours in which something happened, and the places where it comes again", () => {
    const hours = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
    hours[1]![8] = 2;
    const place = { place: { type: "Point" as const, coordinates: [120.4, 36.1] }, address: "海边路7号", base_grid: null, category: { key: "k", name: { zh: "井盖", en: null } }, count: 4, open: 1, last: "2026-11-26T16:00:00Z", numbers: [] };
    const rows = answerCsv({ ...answer, incidents: { ...answer.incidents, hours }, repeat_places: [place] }, [], "day").split("\r\n");
    expect(rows.filter((row) => row.startsWith("按星期和小时") || row.includes("周二"))).toHaveLength(1);
    expect(rows.find((row) => row.includes("周二"))).toMatch(/,2$/);
    expect(rows.find((row) => row.includes("海边路7号 · 井盖"))).toMatch(/,4$/);
  });

  it("gives a spreadsheet no formula", () => {
    expect(answerCsv(answer, [], "day")).toContain(`事项,"'=市政, 公用",3`);
  });

  it("is a feature with its figures", () => {
    const found = JSON.parse(answerGeoJson(answer, ["made"])) as { about: string[]; features: { geometry: unknown; properties: Record<string, unknown> }[] };
    expect(found.about).toEqual(["made"]);
    expect(found.features[0]!.geometry).toEqual(answer.area);
    expect(found.features[0]!.properties).not.toHaveProperty("area");
    expect(found.features[0]!.properties["area_m2"]).toBe(8640.6);
  });
});
