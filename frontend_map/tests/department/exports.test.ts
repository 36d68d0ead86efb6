import { describe, expect, it } from "vitest";
import { exportQuery } from "../../src/department/exports";
import { laidOut } from "../../src/department/picture";
import { tablesCsv } from "../../src/department/table_file";
import { NO_FILTER } from "../../src/dispatch/address";

describe("what the server is asked for a file", () => {
  it("is the list's own filter, and nothing beside the body for an area", () => {
    const filter = { ...NO_FILTER, organisation: "LS-XF", inView: true };
    expect(exportQuery("incidents", filter, [120, 36, 121, 37])).toEqual({ state: ["open"], organisation: "LS-XF", bbox: "120.000000,36.000000,121.000000,37.000000" });
    expect(exportQuery("zone-query", filter, [120, 36, 121, 37])).toEqual({});
  });
});

describe("tables of the page as a file", () => {
  it("have their titles, keep empty cells, and give a spreadsheet no formula", () => {
    const text = tablesCsv(
      [
        { title: "负荷", rows: [["网格", "未办结"], ["=第一网格", ""]] },
        { title: "人员", rows: [["a,b"]] },
      ],
      ["消防 · 筛选"],
    );
    expect(text).toBe("\uFEFF# 消防 · 筛选\r\n负荷\r\n网格,未办结\r\n'=第一网格,\r\n\r\n人员\r\n\"a,b\"\r\n");
  });
});

describe("the legend of a picture", () => {
  it("breaks before an entry that does not fit", () => {
    const lines = laidOut([{ text: "aaaa" }, { text: "bbbb" }, { text: "cc" }], 30, 2, 8, (text) => text.length * 2);
    expect(lines.map((line) => line.map((one) => one.text))).toEqual([["aaaa"], ["bbbb", "cc"]]);
    expect(laidOut([], 30, 2, 8, () => 1)).toEqual([]);
  });
});
