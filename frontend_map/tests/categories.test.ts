import { describe, expect, it } from "vitest";
import type { Category } from "../src/api/types";
import { categoryTree, findCategories } from "../src/state/categories";

const one = (kind: string, code: string, zh: string, en: string | null, parent: string | null): Category => ({
  key: `S:${kind}:${code}`,
  standard_ref: "S",
  kind,
  code,
  name: { zh, en },
  parent: parent && `S:${kind}:${parent}`,
  level: parent ? 2 : 1,
  time_limit: null,
  urgency: "normal",
});

const tree = categoryTree([
  one("component", "01", "市政公用设施", "Municipal facilities", null),
  one("component", "01001", "供水井盖", "Water supply manhole cover", "01"),
  one("matter", "06", "市容环境", "City appearance", null),
  one("matter", "06001", "私搭乱建", "Unauthorised building", "06"),
  one("matter", "06010", "暴露垃圾", "Exposed garbage", "06"),
]);
const codes = (query: string): string[] => findCategories(tree, query).map((node) => node.category.code);

describe("the tree of categories", () => {
  it("puts matters first and keeps children under their class", () => {
    expect(tree.map((node) => node.category.code)).toEqual(["06", "01"]);
    expect(tree[0]!.children.map((node) => node.category.code)).toEqual(["06001", "06010"]);
  });

  it("keeps a category whose class is missing", () => {
    expect(categoryTree([one("matter", "99001", "其他", null, "99")]).map((node) => node.category.code)).toEqual(["99001"]);
  });
});

describe("finding a category", () => {
  it("works in Chinese, English and by code", () => {
    expect(codes("垃圾")).toEqual(["06010"]);
    expect(codes("GARBAGE")).toEqual(["06010"]);
    expect(codes("0601")).toEqual(["06010"]);
  });

  it("wants every word, and offers leaves only", () => {
    expect(codes("manhole water")).toEqual(["01001"]);
    expect(codes("manhole garbage")).toEqual([]);
    expect(codes("市容环境")).toEqual(["06001", "06010"]);
  });

  it("finds nothing for nothing", () => {
    expect(codes("  ")).toEqual([]);
  });
});
