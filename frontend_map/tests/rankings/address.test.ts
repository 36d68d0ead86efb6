import { describe, expect, it } from "vitest";
import type { HeldRole } from "../../src/api/session";
import { ownBeginning, saysWhich } from "../../src/rankings/address";

const region = (layer: string, code: string) => ({ layer, code, name: { zh: code, en: code } });
const held = (...regions: ReturnType<typeof region>[]): HeldRole => ({ role: "street_lead", scope: { everything: false, regions, organisations: [], zones: [] } }) as unknown as HeldRole;
const everything = { role: "analyst", scope: { everything: true, regions: [], organisations: [], zones: [] } } as unknown as HeldRole;

describe("where rankings begin", () => {
  it("is what lies below the one region that somebody governs", () => {
    expect(ownBeginning([held(region("subdistrict", "370212001")), held()])).toEqual({ within: "370212001", level: "community" });
    expect(ownBeginning([held(region("community", "370212001002"))])).toEqual({ within: "370212001002", level: "grid" });
    expect(ownBeginning([held(region("district", "370212"))])).toEqual({ within: "370212", level: "street" });
  });

  it("is the city for everybody else", () => {
    expect(ownBeginning([])).toBeNull();
    expect(ownBeginning([held()])).toBeNull();
    expect(ownBeginning([held(region("subdistrict", "370212001"), region("subdistrict", "370212002"))])).toBeNull();
    expect(ownBeginning([held(region("subdistrict", "370212001")), everything])).toBeNull();
  });

  it("is what a link says", () => {
    expect(["level=grid", "within=370212", "period=month", ""].map((query) => saysWhich(new URLSearchParams(query)))).toEqual([true, true, false, false]);
  });
});
