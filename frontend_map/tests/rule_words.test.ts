import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "../src/api/rules";
import { lang } from "../src/i18n";
import { byField, findRules, inputWords, ruleWords, sentence } from "../src/state/rule_words";
import { inputOf } from "../src/state/change_set";
import { rule } from "./samples";

const police = { code: "police", name: { zh: "警务网格", en: "police beat" }, depth: 5 };
const beat = { code: "P-01", name: { zh: "香港东路", en: "Xianggang East Road" } };

afterEach(() => void (lang.value = "zh"));

describe("a rule in words", () => {
  it("says what, where and who in both languages", () => {
    const one = rule("R001", { layer: police, zone: beat });
    expect(sentence(ruleWords(one))).toBe("暴露垃圾 × 警务网格：香港东路 → 区城管局");
    lang.value = "en";
    expect(sentence(ruleWords(one))).toBe("Exposed rubbish × police beat: Xianggang East Road → City management");
  });

  it("says it of every way to find the organisation, and of what is left open", () => {
    const open = { category: null, organisation: null };
    expect(sentence(ruleWords(rule("R", { ...open, layer: police, assign_to: "zone_organisation" })))).toBe("任意类别 × 每个警务网格 → 所在区域的责任单位");
    expect(ruleWords(rule("R", { ...open, assign_to: "facility_owner" })).who).toBe("部件的权属单位");
    expect(ruleWords(rule("R", { ...open, assign_to: "facility_maintainer" })).who).toBe("部件的养护单位");
    expect(ruleWords(rule("R", { ...open, assign_to: "organisation" })).who).toBe("（未指定部门）");
  });

  it("says the same of a rule as written, and shows codes it has no name for", () => {
    const one = rule("R001", { layer: police, zone: beat, supporting: [{ code: "LS-HW", name: { zh: "环卫", en: null } }] });
    const lexicon = { categories: [], layers: [], organisations: [{ code: "LS-CG", name: { zh: "区城管局", en: null } }], names: { "police:P-01": beat.name } };
    expect(inputWords(inputOf(one), lexicon)).toEqual({ what: "GB/T 47678.5-2026:matter:06010", where: "police：香港东路", who: "区城管局", with: "LS-HW" });
  });
});

describe("the list's search", () => {
  const rules = [rule("R001"), rule("R002", { layer: police, zone: beat }), rule("R003", { category: null, layer: police })];
  const found = (query: string, layer: string | null = null): string[] => findRules(rules, query, layer).map((one) => one.code);

  it("finds words of either language anywhere in a rule, all of them", () => {
    expect(found("")).toEqual(["R001", "R002", "R003"]);
    expect(found("rubbish 香港东路")).toEqual(["R002"]);
    expect(found("R003")).toEqual(["R003"]);
    expect(found("06010")).toEqual(["R001", "R002"]);
    expect(found("nothing such")).toEqual([]);
  });

  it("keeps to a layer", () => {
    expect(found("", "police")).toEqual(["R002", "R003"]);
    expect(found("rubbish", "police")).toEqual(["R002"]);
  });
});

describe("findings", () => {
  it("stand beside the field of the change they speak of", () => {
    const finding = (change: number | null, field: string | null): Finding => ({ code: "x", level: "error", new: true, rule: null, others: [], field, change, message: { zh: "", en: "" }, examples: [], count: 0 });
    const all = [finding(0, "zone"), finding(1, "zone"), finding(1, null), finding(1, "zone"), finding(null, "zone")];
    expect(byField(all, 1)).toEqual({ zone: [all[1], all[3]], rule: [all[2]] });
  });
});
