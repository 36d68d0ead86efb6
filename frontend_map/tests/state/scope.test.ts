import { describe, expect, it } from "vitest";
import type { Organisation } from "../../src/api/organisations";
import type { Scope } from "../../src/api/session";
import { organisationsWithin, wholeScope, zoneWithin } from "../../src/state/scope";

const one = (code: string, parent: string | null, region: string | null = null): Organisation => ({
  code,
  parent,
  kind: "department",
  name: { zh: code, en: null },
  region: region === null ? null : { layer: "subdistrict", code: region },
});
const ALL = [one("SQUAD", "FIRE"), one("FIRE", "CITY"), one("CITY", null, "370212"), one("JD-1", "CITY", "370212001"), one("SQ-1", "JD-1", "370212001003"), one("JD-2", "CITY", "370212002"), one("WATER", "CITY")];
const place = (code: string, layer = "subdistrict") => ({ layer, code, name: null });
const scope = (parts: Partial<Scope>): Scope => ({ everything: false, regions: [], organisations: [], zones: [], ...parts });
const codes = (parts: Partial<Scope>): string[] => organisationsWithin(ALL, scope(parts)).map(({ code }) => code);

describe("organisations that a chooser offers", () => {
  it("are those of the scope with all below, whatever order they come in", () => {
    expect(codes({ organisations: [{ code: "FIRE", name: { zh: "", en: null } }] })).toEqual(["SQUAD", "FIRE"]);
  });

  it("are for a region those in it and around it, and those that work everywhere", () => {
    expect(codes({ regions: [place("370212001")] })).toEqual(["SQUAD", "FIRE", "CITY", "JD-1", "SQ-1", "WATER"]);
  });

  it("begin with one's own where both are held", () => {
    expect(codes({ organisations: [{ code: "WATER", name: { zh: "", en: null } }], regions: [place("370212002")] })).toEqual(["WATER", "SQUAD", "FIRE", "CITY", "JD-2"]);
  });

  it("are all for who sees everything, and none for who sees nothing", () => {
    expect(codes({ everything: true })).toHaveLength(ALL.length);
    expect(codes({})).toEqual([]);
  });
});

describe("zones that a chooser offers", () => {
  it("lie in the region or around it", () => {
    const street = scope({ regions: [place("370212001")] });
    expect(zoneWithin({ layer: "base_grid", code: "370212001003002" }, "base_grid", street)).toBe(true);
    expect(zoneWithin({ layer: "district", code: "370212" }, "region", street)).toBe(true);
    expect(zoneWithin({ layer: "base_grid", code: "370212002001001" }, "base_grid", street)).toBe(false);
  });

  it("are of specialist layers the ones that are held, or any that may reach into a region", () => {
    const fire = scope({ zones: [place("F-1", "fire")] });
    expect(zoneWithin({ layer: "fire", code: "F-1" }, "specialist", fire)).toBe(true);
    expect(zoneWithin({ layer: "fire", code: "F-2" }, "specialist", fire)).toBe(false);
    expect(zoneWithin({ layer: "fire", code: "F-2" }, "specialist", scope({ regions: [place("370212001")] }))).toBe(true);
  });
});

describe("the scopes of an account", () => {
  it("add up over its roles; where nobody signs in there are none", () => {
    const roles = [
      { role: "officer" as const, scope: scope({ organisations: [{ code: "FIRE", name: { zh: "", en: null } }] }) },
      { role: "street_lead" as const, scope: scope({ regions: [place("370212002")] }) },
    ];
    const whole = wholeScope(roles, false);
    expect([whole.everything, whole.organisations.length, whole.regions.length]).toEqual([false, 1, 1]);
    expect(wholeScope([], true).everything).toBe(true);
  });
});
