import { afterEach, describe, expect, it, vi } from "vitest";
import { pathOf, positionsOf, readShared, sheetOf } from "../../src/share/view";

afterEach(() => vi.unstubAllGlobals());

const square = { type: "Polygon" as const, coordinates: [[[120, 36], [120.1, 36], [120.1, 36.1], [120, 36.1], [120, 36]]] };

describe("the drawing of a shared view", () => {
  it("keeps north up and lengths alike in both directions", () => {
    const sheet = sheetOf(square.coordinates[0]!, 600)!;
    const [west, south] = sheet.at(120, 36);
    const [east, north] = sheet.at(120.1, 36.1);
    expect(east).toBeGreaterThan(west);
    expect(north).toBeLessThan(south);
    expect((east - west) / (south - north)).toBeCloseTo(Math.cos((36.05 * Math.PI) / 180), 3);
    for (const value of [west, south, east, north]) expect(value).toBeGreaterThanOrEqual(0);
    expect(Math.max(west, east)).toBeLessThanOrEqual(sheet.wide);
    expect(Math.max(south, north)).toBeLessThanOrEqual(sheet.high);
  });

  it("closes every ring", () => {
    const sheet = sheetOf(square.coordinates[0]!, 600)!;
    expect(pathOf({ type: "MultiPolygon", coordinates: [square.coordinates, square.coordinates] }, sheet).match(/Z/g)).toHaveLength(2);
  });

  it("is framed by outlines, or by places where there are none", () => {
    const outlines = [{ name: { zh: "区", en: null }, depth: 1, shape: square }];
    expect(positionsOf({ outlines, places: [[1, 1, 1]] })).toHaveLength(5);
    expect(positionsOf({ outlines: [], places: [[1, 2, 1]] })).toEqual([[1, 2]]);
    expect(sheetOf([], 600)).toBeNull();
  });
});

describe("reading a shared view", () => {
  it("asks beside the page's folder, without saying who one is", async () => {
    const asked: [string, RequestInit][] = [];
    vi.stubGlobal("fetch", (url: URL, init: RequestInit) => {
      asked.push([String(url), init]);
      return Promise.resolve(new Response('{"title":"t"}'));
    });
    await readShared("a-b_c", "https://grid.example/city/share/a-b_c");
    expect(asked[0]![0]).toBe("https://grid.example/city/api/share/a-b_c");
    expect(asked[0]![1].credentials).toBe("omit");
  });
});
