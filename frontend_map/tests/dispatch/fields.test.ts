import { describe, expect, it } from "vitest";
import type { CaseAction } from "../../src/api/cases";
import { STEP_KEYS, cleaned, fieldSpec, foldedFields, instant, keyOf, missing, ranked, shownFields } from "../../src/dispatch/fields";
import { en } from "../../src/i18n/en";
import { BATCH_ACTIONS } from "../../src/dispatch/batch_actions";

const action = (name: string, needs: string[] = [], takes: string[] = ["note", "attachments"]): CaseAction => ({
  action: name,
  name: { zh: name, en: name },
  roles: [],
  needs,
  takes,
  allowed: true,
  why_not: null,
});

describe("what a step asks for", () => {
  it("is nothing where one press is enough", () => {
    expect(instant(action("accept"))).toBe(true);
    expect(instant(action("close", [], ["reason", "note", "attachments"]))).toBe(true);
    expect(instant(action("reject", ["reason"]))).toBe(false);
    expect(instant(action("dispatch", [], ["lead", "supporting", "reason", "note", "attachments"]))).toBe(false);
  });

  it("shows what is needed, and folds what can be said beside", () => {
    const self = action("self_handle", ["result", "attachments"], ["note"]);
    expect(shownFields(self)).toEqual(["result", "attachments"]);
    expect(foldedFields(self)).toEqual(["note"]);
  });

  it("has a control for each, the three reasons of a direct report, and a line for what is new", () => {
    expect(fieldSpec("reject", "reason").control).toBe("text");
    expect(fieldSpec("direct_report", "reason").options).toEqual(["multi_department", "outside_list", "unclear_responsibility"]);
    expect(fieldSpec("dispatch", "supporting").control).toBe("organisations");
    expect(fieldSpec("anything", "brand_new").control).toBe("line");
  });

  it("is missing when it says nothing", () => {
    const needy = action("merge", ["into", "reason", "attachments"]);
    expect(missing(needy, { into: "  ", attachments: [] })).toEqual(["into", "reason", "attachments"]);
    expect(missing(needy, { into: "1", reason: "x", attachments: ["a"] })).toEqual([]);
    expect(cleaned({ reason: " x ", note: "", lead: null, attachments: [], amount: 2 })).toEqual({ reason: "x", amount: 2 });
    // Left out, the rules' proposal would hold.
    expect(cleaned({ supporting: [] })).toEqual({ supporting: [] });
  });
});

describe("keys and order of steps", () => {
  it("lead to one step each, and never to a key of the desk itself", () => {
    const names = Object.values(STEP_KEYS);
    expect(new Set(names).size).toBe(names.length);
    for (const key of "jkxyrhtnpgw") expect(STEP_KEYS).not.toHaveProperty(key);
    expect(keyOf("dispatch")).toBe("D");
    expect(keyOf("archive")).toBeNull();
  });

  it("have words in the help and in the batch", () => {
    for (const name of [...Object.values(STEP_KEYS), ...BATCH_ACTIONS]) expect(en).toHaveProperty([`do.${name}`]);
  });

  it("put the way on first and what ends a case last", () => {
    expect(ranked([action("note"), action("reject"), action("later"), action("dispatch"), action("suspend")]).map((one) => one.action)).toEqual(["dispatch", "suspend", "reject", "note", "later"]);
  });
});
