import { describe, expect, it } from "vitest";
import type { Layer, LayerKind, RoutedZone } from "../src/api/types";
import { queryString } from "../src/api/client";
import { singleFilter } from "../src/map/incidents";
import { zoneLook } from "../src/map/palette";
import { buildStyle } from "../src/map/style";
import { defaultLayers } from "../src/state/layers";
import { STATES, isOpen, stateGroup } from "../src/state/incidents";
import { flagText } from "../src/panels/RoutingView";

const layer = (code: string, kind: LayerKind, precedence: number): Layer => ({
  code,
  kind,
  precedence,
  name: { zh: code, en: code },
  cardinality: "exactly_one",
  parent: null,
  depth: 1,
  zones: 1,
  edition: 1,
  synthetic: true,
  tiles: "",
});
const SPECIALIST = ["police", "fire", "law_enforcement", "emergency", "market", "civil_affairs", "health", "environment"];
const layers = [layer("district", "region", 0), layer("base_grid", "base_grid", 1), ...SPECIALIST.map((code, i) => layer(code, "specialist", i + 2))];

describe("layers", () => {
  it("regions, grids and incidents are on at first, specialists are not", () => {
    expect(defaultLayers(layers)).toEqual(["base_grid", "buildings", "district", "incidents", "roads"]);
  });

  it("specialist layers differ in colour and in line pattern", () => {
    const looks = SPECIALIST.map(zoneLook);
    expect(new Set(looks.map((look) => look.colour)).size).toBe(SPECIALIST.length);
    expect(new Set(looks.map((look) => look.dash.join())).size).toBe(SPECIALIST.length);
  });

  it("a city's own layer gets a look too", () => {
    expect(zoneLook("water_company").colour).toMatch(/^#/);
  });
});

describe("the style", () => {
  const style = buildStyle(layers, "zh");

  it("asks nobody but our own server", () => {
    expect(style.glyphs).toBeUndefined();
    expect(style.sprite).toBeUndefined();
    const addresses = JSON.stringify(style).match(/https?:\/\/[^"/]+/g) ?? [];
    expect(new Set(addresses)).toEqual(new Set(["http://localhost"]));
  });

  it("has unique layers that name existing sources", () => {
    const ids = style.layers.map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const one of style.layers) if ("source" in one) expect(style.sources).toHaveProperty(one.source);
  });

  it("speaks both languages in the same layers", () => {
    expect(buildStyle(layers, "en").layers.map((one) => one.id)).toEqual(style.layers.map((one) => one.id));
  });
});

describe("incident states", () => {
  it("all have a group", () => {
    expect(STATES).toHaveLength(14);
    expect(STATES.filter(isOpen)).toHaveLength(9);
    expect(stateGroup("archived")).toBe("closed");
  });

  it("make a filter for single symbols", () => {
    expect(singleFilter([], null)).toEqual(["all", ["has", "number"]]);
    const open = JSON.stringify(singleFilter(["open"], null));
    for (const state of STATES) expect(open.includes(`"${state}"`)).toBe(isOpen(state));
  });
});

describe("how sure a place is in its zone", () => {
  const routed: RoutedZone = {
    layer: "police",
    layer_name: { zh: "公安", en: "Police" },
    kind: "specialist",
    zone: { code: "P", name: { zh: "一", en: "One" } },
    version: 1,
    valid_from: null,
    method: "inside",
    on_border: false,
    near_border: false,
    distance_m: null,
    candidates: [],
    organisation: null,
  };
  it.each([
    [{}, null],
    [{ distance_m: 22.6 }, "距边界 23 米"],
    [{ distance_m: 0, on_border: true, method: "on_border" as const }, "正在边界上，取编码最小者"],
    [{ distance_m: 7.25, method: "nearest" as const }, "不在任何网格内，取最近者（7.3 米）"],
    [{ zone: null, method: "outside" as const }, "此处没有网格"],
  ])("%j", (change, text) => {
    expect(flagText({ ...routed, ...change })).toBe(text);
  });
});

describe("query strings", () => {
  it("leave out what is empty and repeat lists", () => {
    expect(queryString({ state: ["open", "closed"], zone: null, from: "", limit: 30 })).toBe("?state=open&state=closed&limit=30");
    expect(queryString({})).toBe("");
  });
});
