import { describe, expect, it } from "vitest";
import type { Organisation } from "../../src/api/organisations";
import type { Scope } from "../../src/api/session";
import { actingFor, involvedIn } from "../../src/state/acting";
import type { ActorFields } from "../../src/state/actor";

const one = (code: string, parent: string | null): Organisation => ({ code, parent, kind: "squad", name: { zh: code, en: null }, region: null });
const ALL = [one("STATION-2", "FIRE"), one("FIRE", null), one("WATER", null)];
const SCOPE: Scope = { everything: false, regions: [], zones: [], organisations: [{ code: "FIRE", name: { zh: "", en: null } }] };
const WHO: ActorFields = { by: "li", role: "officer", organisation: "FIRE" };
const organisation = (involved: readonly (string | null)[], who = WHO, scope: Scope | null = SCOPE) => actingFor(who, scope, ALL, involved).organisation;

describe("for which organisation a step is taken", () => {
  it("is the station that leads, for the officer of its brigade", () => {
    expect(organisation(["STATION-2", "WATER"])).toBe("STATION-2");
  });

  it("is a supporting one where the leading one is another's", () => {
    expect(organisation(involvedIn({ lead: { code: "WATER" }, supporting: [{ code: "STATION-2" }] }) as string[])).toBe("STATION-2");
  });

  it("stays one's own where that is involved, or nobody below is", () => {
    expect(organisation(["STATION-2", "FIRE"])).toBe("FIRE");
    expect(organisation(["WATER", null])).toBe("FIRE");
    expect(organisation(involvedIn(null) as string[])).toBe("FIRE");
  });

  it("stays one's own for whoever leads an area and for whoever has no organisation as scope", () => {
    expect(organisation(["STATION-2"], { ...WHO, role: "street_lead" })).toBe("FIRE");
    expect(organisation(["STATION-2"], WHO, null)).toBe("FIRE");
  });
});
