/** A rule for tests. */
import type { Rule } from "../src/api/rules";

export const rule = (code: string, part: Partial<Rule> = {}): Rule => ({
  code,
  version: `v-${code}`,
  state: "in_force",
  category: { key: "GB/T 47678.5-2026:matter:06010", name: { zh: "暴露垃圾", en: "Exposed rubbish" }, level: 2 },
  layer: null,
  zone: null,
  assign_to: "organisation",
  organisation: { code: "LS-CG", name: { zh: "区城管局", en: "City management" } },
  supporting: [],
  priority: 100,
  note: null,
  valid_from: "2025-01-01T00:00:00+08:00",
  valid_to: null,
  scheduled: null,
  ...part,
});
