import { describe, expect, it } from "vitest";
import { EMPTY, check, coordinate, fieldErrors, request } from "../src/state/draft";

const filled = { ...EMPTY, category: "GB/T 47678.5-2026:matter:06010", text: " 暴露垃圾 " };

describe("a report", () => {
  it("needs a category and a text, but no place", () => {
    expect(check(EMPTY)).toEqual({ category: "need_category", text: "need_text" });
    expect(check(filled)).toEqual({});
    expect(request(filled, null).place).toBeNull();
  });

  it("from the map is in WGS 84", () => {
    expect(request(filled, [120.4, 36.1])).toEqual({
      category: filled.category,
      place: { type: "Point", coordinates: [120.4, 36.1] },
      crs: "wgs84",
      text: "暴露垃圾",
      source: "hotline",
      urgency: "normal",
    });
  });

  it("with typed coordinates sends them as typed, in their own system", () => {
    const typed = { ...filled, typed: { lon: "120.4746", lat: "36.1054", crs: "gcj02" } };
    const body = request(typed, [120.4694, 36.1051]);
    expect(body.place?.coordinates).toEqual([120.4746, 36.1054]);
    expect(body.crs).toBe("gcj02");
    expect(check({ ...filled, typed: { lon: "x", lat: "36", crs: "wgs84" } })).toEqual({ place: "need_number" });
  });

  it("leaves out what is empty", () => {
    expect(request(filled, null)).not.toHaveProperty("reporter");
    expect(request({ ...filled, phone: "13800000000" }, null).reporter).toEqual({ phone: "13800000000" });
  });

  it("reads coordinates leniently but not wrongly", () => {
    expect(coordinate(" 120.5 ")).toBe(120.5);
    expect(coordinate("")).toBeNull();
    expect(coordinate("abc")).toBeNull();
    expect(coordinate("Infinity")).toBeNull();
  });
});

describe("the server's errors", () => {
  it("go to the fields they speak of", () => {
    const { fields, rest } = fieldErrors([
      { field: "place.coordinates", message: "outside", code: "a" },
      { field: "body.text", message: "too long", code: "b" },
      { field: "reporter.phone", message: "digits", code: "c" },
      { field: "nonsense", message: "what", code: "d" },
      { field: "", message: "general", code: "e" },
    ]);
    expect(fields).toEqual({ place: "outside", text: "too long", reporter: "digits" });
    expect(rest).toEqual(["nonsense: what", "general"]);
  });
});
