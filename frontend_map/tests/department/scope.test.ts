import { afterEach, describe, expect, it } from "vitest";
import type { Me } from "../../src/api/session";
import { boundsOfAll } from "../../src/department/extent";
import { scopeZones } from "../../src/department/state";
import { withDone } from "../../src/department/words";
import { setFilter } from "../../src/dispatch/state";
import { me } from "../../src/state/session";

const named = (code: string) => ({ layer: code.length > 12 ? "fire" : "subdistrict", code, name: { zh: code, en: code } });
const held = (scope: object): Me => ({ roles: [{ role: "officer", scope: { everything: false, regions: [], organisations: [], zones: [], ...scope } }] }) as unknown as Me;

afterEach(() => {
  me.value = null;
  setFilter({ zone: null, organisation: null });
});

describe("where a desk is looked at", () => {
  it("is the box around all its zones", () => {
    expect(boundsOfAll([[120.1, 36.1, 120.2, 36.2], [120.3, 36.0, 120.4, 36.15]])).toEqual([120.1, 36.0, 120.4, 36.2]);
    expect(boundsOfAll([])).toBeNull();
  });

  it("is what the account was granted, and what was chosen within", () => {
    me.value = held({ regions: [named("370212001")], zones: [named("01040237021200160100")] });
    expect(scopeZones.value).toEqual([{ layer: "subdistrict", code: "370212001" }, { layer: "fire", code: "01040237021200160100" }]);
    setFilter({ zone: { layer: "community", code: "370212001002" } });
    expect(scopeZones.value).toEqual([{ layer: "community", code: "370212001002" }]);
  });

  it("is the city for who sees all of it, or asks for an organisation", () => {
    me.value = held({ everything: true });
    expect(scopeZones.value).toEqual([]);
    me.value = held({ zones: [named("370212001")] });
    setFilter({ organisation: "LS-XF" });
    expect(scopeZones.value).toEqual([]);
  });
});

it("what was closed is told of spans that the server answers at once", () => {
  expect([7, 30, 90, 365].map(withDone)).toEqual([true, true, true, false]);
});
