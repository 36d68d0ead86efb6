import { describe, expect, it } from "vitest";
import type { Rule, RuleInput } from "../src/api/rules";
import { rule } from "./samples";
import { NO_CHANGES, changesOf, clear, differences, drop, find, freeCode, inputOf, parseSet, plan, rebased, redo, undo, type ChangeSet, type Planned } from "../src/state/change_set";

const edit = (before: Rule, part: Partial<RuleInput>): Planned => ({
  change: { action: "save", rule: { ...inputOf(before), ...part }, version: before.version },
  before,
  names: {},
});
const removal = (before: Rule): Planned => ({ change: { action: "remove", code: before.code, version: before.version }, before, names: {} });
const codes = (set: ChangeSet): string[] => changesOf(set).map((one) => (one.action === "save" ? `${one.rule.code}=${one.rule.priority}` : `-${one.code}`));

const A = rule("R001");
const B = rule("R002");

describe("a change set", () => {
  it("holds one change per rule: the later one takes the earlier one's place", () => {
    let set = plan(NO_CHANGES, edit(A, { priority: 1 }));
    set = plan(set, edit(B, { priority: 2 }));
    set = plan(set, edit(A, { priority: 3 }));
    expect(codes(set)).toEqual(["R001=3", "R002=2"]);
    expect(codes(plan(set, removal(A)))).toEqual(["-R001", "R002=2"]);
  });

  it("forgets a change that leads back to the rule in force", () => {
    const set = plan(NO_CHANGES, edit(A, { priority: 1 }));
    expect(codes(plan(set, edit(A, {})))).toEqual([]);
    expect(plan(NO_CHANGES, edit(A, {}))).toBe(NO_CHANGES);
  });

  it("goes back and forth through every step, dropping and clearing included", () => {
    let set = plan(plan(NO_CHANGES, edit(A, { priority: 1 })), removal(B));
    set = drop(set, "R001");
    set = clear(set);
    expect(codes(set)).toEqual([]);
    const back = [undo(set), undo(undo(set)), undo(undo(undo(set))), undo(undo(undo(undo(set))))];
    expect(back.map(codes)).toEqual([["-R002"], ["R001=1", "-R002"], ["R001=1"], []]);
    expect(undo(back[3]!)).toBe(back[3]);
    expect(codes(redo(redo(back[3]!)))).toEqual(["R001=1", "-R002"]);
  });

  it("loses what was undone once something else is changed", () => {
    const set = plan(undo(plan(NO_CHANGES, edit(A, { priority: 1 }))), edit(B, { priority: 2 }));
    expect(redo(set)).toBe(set);
  });

  it("comes back from storage, and is empty where that is damaged", () => {
    const set = undo(plan(plan(NO_CHANGES, edit(A, { priority: 1 })), removal(B)));
    expect(parseSet(JSON.stringify(set))).toEqual(set);
    for (const text of [null, "", "{", "[]", "5", '{"planned":[{}]}', '{"planned":[{"change":{"action":"save"},"names":{}}]}']) expect(parseSet(text)).toEqual(NO_CHANGES);
    expect(find(set, "R001")?.before).toEqual(A);
  });
});

describe("differences", () => {
  it("name the fields, not the writing", () => {
    const base = inputOf(rule("R001", { valid_to: "2027-01-01T00:00:00+08:00", note: { zh: "说明", en: null } }));
    expect(differences(base, { ...base, valid_to: "2026-12-31T16:00:00Z", note: { zh: "说明", en: "" } })).toEqual([]);
    expect(differences(base, { ...base, note: null, valid_to: null, supporting: ["LS-HW"] })).toEqual(["supporting", "note", "valid_to"]);
  });
});

describe("after somebody else changed the rule", () => {
  it("one's own change is measured from what now holds", () => {
    const now = rule("R001", { version: "v-9", priority: 7 });
    const next = rebased(edit(A, { priority: 1 }), now);
    expect(next?.change).toMatchObject({ action: "save", version: "v-9", rule: { priority: 1 } });
    expect(next?.before).toBe(now);
    expect(rebased(removal(A), now)?.change).toEqual({ action: "remove", code: "R001", version: "v-9" });
  });

  it("a rule that ended is added anew, and need not be removed", () => {
    const ended = rule("R001", { state: "ended" });
    expect(rebased(edit(A, { priority: 1 }), ended)?.change).toMatchObject({ version: null });
    expect(rebased(removal(A), ended)).toBeNull();
    expect(rebased(removal(A), null)).toBeNull();
  });
});

describe("a free code", () => {
  it("follows the highest number, as wide as the others", () => {
    expect(freeCode([])).toBe("R001");
    expect(freeCode(["R001", "R045", "LOCAL-9"])).toBe("R046");
    expect(freeCode(["R0999", "R1000"])).toBe("R1001");
  });
});
