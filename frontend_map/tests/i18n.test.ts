import { afterEach, describe, expect, it } from "vitest";
import { codeText, fill, lang, say, t } from "../src/i18n";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import { STATES } from "../src/state/incidents";
import { SOURCES } from "../src/state/draft";

const parameters = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).toSorted();

afterEach(() => void (lang.value = "zh"));

describe("the two dictionaries", () => {
  it("have the same keys", () => {
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(zh).toSorted());
  });

  it.each(Object.keys(zh) as (keyof typeof zh)[])("%s has the same parameters in both, and says something", (key) => {
    expect(parameters(en[key])).toEqual(parameters(zh[key]));
    expect(en[key].trim()).not.toBe("");
    expect(zh[key].trim()).not.toBe("");
  });

  it("give each key once: what one desk says is not overwritten by another", () => {
    const files = import.meta.glob<Record<string, Record<string, string>>>("../src/i18n/zh*.ts", { eager: true });
    const keys = Object.entries(files).flatMap(([path, file]) => (path.endsWith("/zh.ts") ? [] : Object.values(file).flatMap(Object.keys)));
    expect(keys.length).toBeGreaterThan(1_000);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    expect(keys.length).toBeLessThanOrEqual(Object.keys(zh).length);
  });

  it("do not leave Chinese in the English one (but for the button that switches to it)", () => {
    const left = Object.entries(en).filter(([key, text]) => /\p{Script=Han}/u.test(text) && !key.startsWith("lang."));
    expect(left).toEqual([]);
  });

  it("name every state and source in both languages", () => {
    for (const code of STATES) expect(zh).toHaveProperty([`state.${code}`]);
    for (const code of SOURCES) expect(zh).toHaveProperty([`source.${code}`]);
  });
});

describe("texts", () => {
  it("are filled", () => {
    expect(t("why.near_border", { m: 12 })).toBe("距边界 12 米");
    lang.value = "en";
    expect(t("why.near_border", { m: 12 })).toBe("12 m from the border");
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  });

  it("fall back to the other language", () => {
    expect(say({ zh: "枣行社区", en: null })).toBe("枣行社区");
    lang.value = "en";
    expect(say({ zh: "枣行社区", en: null })).toBe("枣行社区");
    expect(say({ zh: "枣行社区", en: "Zaohang" })).toBe("Zaohang");
    expect(say(null)).toBe("");
  });

  it("show an unknown code as it is", () => {
    expect(codeText("state", "handling")).toBe("处置中");
    expect(codeText("state", "levitating")).toBe("levitating");
  });
});
