import { afterEach, describe, expect, it } from "vitest";
import { boundsOfPositions } from "../../src/department/extent";
import { exportQuery, fileName, subjectOf } from "../../src/department/exports";
import { wrapped } from "../../src/department/picture";
import { areaText, bucketOf, stepText, tally, weekOf } from "../../src/department/words";
import { NO_FILTER } from "../../src/dispatch/address";
import { lang } from "../../src/i18n";

afterEach(() => void (lang.value = "zh"));

describe("texts of the desk", () => {
  it("count what is the same", () => {
    expect(tally(["完好", "破损", "完好"])).toBe("完好 2、破损 1");
    expect(tally([])).toBe("");
  });

  it("say areas in the unit that reads well", () => {
    expect(areaText(8_640)).toBe("8,640 平方米");
    expect(areaText(12_345_678)).toBe("12.3 平方公里");
  });

  it("name the steps of a trend in the city's time zone", () => {
    expect(bucketOf(30)).toBe("day");
    expect(bucketOf(90)).toBe("week");
    expect(bucketOf(365)).toBe("month");
    expect(stepText("2026-11-21T16:00:00Z", "day")).toEqual({ name: "2026年11月22日", short: "11/22" });
    lang.value = "en";
    expect(stepText("2026-11-22", "week").name).toBe("Week of 22 Nov 2026");
  });

  it("lay counts out by weekday and hour, Monday first", () => {
    const week = weekOf([{ weekday: 1, hour: 8, count: 3 }, { weekday: 7, hour: 23, count: 2 }, { weekday: 9, hour: 1, count: 5 }]);
    expect(week[0]![8]).toBe(3);
    expect(week[6]![23]).toBe(2);
    expect(week.flat().reduce((sum, one) => sum + one, 0)).toBe(5);
  });
});

describe("what is taken along", () => {
  it("has the filter of the list, and its box only where that is chosen", () => {
    const filter = { ...NO_FILTER, clocks: ["overdue" as const], organisation: "LS-XF", inView: true };
    expect(exportQuery("incidents", filter, [120, 36, 121, 37])).toEqual({ state: ["open"], clock: ["overdue"], organisation: "LS-XF", bbox: "120.000000,36.000000,121.000000,37.000000" });
    expect(exportQuery("incidents", { ...filter, inView: false }, [120, 36, 121, 37])).not.toHaveProperty("bbox");
    expect(exportQuery("facilities", filter, null)).toMatchObject({ organisation: "LS-XF" });
    expect(subjectOf("query")).toBe("zone-query");
  });

  it("is named by the city's moment", () => {
    expect(fileName("incidents", "xlsx", new Date("2026-11-27T17:05:00Z"))).toBe("gridgov-incidents-20261128-0105.xlsx");
  });

  it("breaks captions where the language does", () => {
    const measure = (text: string): number => text.length;
    expect(wrapped("崂山区消防救援大队", 4, measure)).toEqual(["崂山区消", "防救援大", "队"]);
    expect(wrapped("Fire brigade of Laoshan", 12, measure)).toEqual(["Fire brigade", "of Laoshan"]);
    expect(wrapped("", 10, measure)).toEqual([]);
  });

  it("knows the box around a shape", () => {
    expect(boundsOfPositions([[1, 5], [3, 2], [2, 9]])).toEqual([1, 2, 3, 9]);
    expect(boundsOfPositions([])).toBeNull();
  });
});
