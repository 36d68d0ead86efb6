/** Rules in words, and the list's search. Pure but for the language. */
import type { AssignTo, Finding, Rule, RuleInput, RuleVersion } from "../api/rules";
import type { Category, Layer, Text } from "../api/types";
import { say, t } from "../i18n";

/** A rule in three parts: what, where, who. */
export interface RuleWords {
  what: string;
  where: string;
  who: string;
  with: string;
}

interface Parts {
  category: Text | null;
  layer: Text | null;
  zone: Text | null;
  assign_to: AssignTo;
  organisation: Text | null;
  supporting: readonly Text[];
}

function words(parts: Parts): RuleWords {
  const layer = say(parts.layer);
  const where = parts.layer === null ? t("rules.anywhere") : parts.zone === null ? t("rules.each_zone", { layer }) : t("rules.one_zone", { layer, zone: say(parts.zone) });
  return {
    what: parts.category === null ? t("rules.any_category") : say(parts.category),
    where,
    who: parts.assign_to === "organisation" ? say(parts.organisation) || t("rules.nobody") : t(`rules.to.${parts.assign_to}`),
    with: parts.supporting.map((one) => say(one)).join(t("app.comma")),
  };
}

export function ruleWords(rule: RuleVersion): RuleWords {
  return words({
    category: rule.category?.name ?? null,
    layer: rule.layer?.name ?? null,
    zone: rule.zone?.name ?? null,
    assign_to: rule.assign_to,
    organisation: rule.organisation?.name ?? null,
    supporting: rule.supporting.map((one) => one.name),
  });
}

/** Names of the codes a written rule speaks of; what is unknown keeps its code. */
export interface Lexicon {
  categories: readonly Category[];
  layers: readonly Layer[];
  organisations: readonly { code: string; name: Text }[];
  /** Zones by `layer:code`. */
  names: Readonly<Record<string, Text>>;
}

export const zoneKey = (layer: string, zone: string): string => `${layer}:${zone}`;

export function inputWords(rule: RuleInput, lexicon: Lexicon): RuleWords {
  const named = (list: readonly { code: string; name: Text }[], code: string): Text => list.find((one) => one.code === code)?.name ?? { zh: code, en: null };
  return words({
    category: rule.category === null ? null : (lexicon.categories.find((one) => one.key === rule.category)?.name ?? { zh: rule.category, en: null }),
    layer: rule.layer === null ? null : named(lexicon.layers, rule.layer),
    zone: rule.zone === null ? null : (lexicon.names[zoneKey(rule.layer ?? "", rule.zone)] ?? { zh: rule.zone, en: null }),
    assign_to: rule.assign_to,
    organisation: rule.organisation === null ? null : named(lexicon.organisations, rule.organisation),
    supporting: rule.supporting.map((code) => named(lexicon.organisations, code)),
  });
}

export const sentence = ({ what, where, who }: RuleWords): string => `${what} × ${where} → ${who}`;

/** Rules of a layer that hold every word of the query, in the order given. */
export function findRules(rules: readonly Rule[], query: string, layer: string | null): Rule[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return rules.filter((rule) => {
    if (layer !== null && rule.layer?.code !== layer) return false;
    if (wanted.length === 0) return true;
    const both = [rule.category?.name, rule.layer?.name, rule.zone?.name, rule.organisation?.name, rule.note, ...rule.supporting.map((one) => one.name)];
    const text = [rule.code, rule.category?.key, rule.zone?.code, rule.organisation?.code, ...both.flatMap((one) => [one?.zh, one?.en])].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Findings about one change, by the field beside which they are told; those about no field are under `rule`. */
export function byField(findings: readonly Finding[], change: number): Record<string, Finding[]> {
  const found: Record<string, Finding[]> = {};
  for (const one of findings) if (one.change === change) (found[one.field ?? "rule"] ??= []).push(one);
  return found;
}
