import { useEffect } from "preact/hooks";
import type { Organisation } from "../api/organisations";
import { say, t } from "../i18n";
import { loadNames, organisations } from "../state/rules_desk";
import { Combo, type Option } from "./Combo";

const MOST = 40;

/** Organisations by code or any part of their names; what is offered first has the words at the beginning. */
export function findOrganisations(all: readonly Organisation[], text: string): Option<Organisation>[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const first = (one: Organisation): number =>
    [one.code, one.name.zh, one.name.en ?? ""].some((each) => each.toLowerCase().startsWith(wanted[0] ?? "")) ? 0 : 1;
  return all
    .filter((one) => wanted.every((word) => `${one.code} ${one.name.zh} ${one.name.en ?? ""}`.toLowerCase().includes(word)))
    .toSorted((a, b) => first(a) - first(b))
    .slice(0, MOST)
    .map((one) => ({ key: one.code, label: say(one.name), detail: one.code, value: one }));
}

interface Props {
  label: string;
  labelled?: boolean;
  error?: string | undefined;
  name?: string;
  without?: readonly string[];
  onTake: (organisation: Organisation) => void;
}

export function OrganisationField({ without = [], ...rest }: Props) {
  useEffect(() => void loadNames().catch((cause: unknown) => console.warn("organisations:", cause)), []);
  const offered = organisations.value.filter((one) => !without.includes(one.code));
  return <Combo {...rest} open placeholder={t("rule.organisation_find")} none={t("rule.organisation_none")} find={(text) => findOrganisations(offered, text)} />;
}
