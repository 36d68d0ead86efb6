/** For which organisation an officer takes a step: the brigade's officer for the station that leads. */
import { organisations } from "./rules_desk";
import { organisationsWithin } from "./scope";
import { actor, heldRole, type ActorFields } from "./actor";
import { saysWho } from "./session";
import type { Organisation } from "../api/organisations";
import type { Scope } from "../api/session";

/** Leading and supporting organisations of a case, the leading one first. */
export type Involved = readonly (string | null | undefined)[];

/** The person as one step says it: for an organisation below the own one, where that is who the case is with. Pure. */
export function actingFor(who: ActorFields, scope: Scope | null, all: readonly Organisation[], involved: Involved): ActorFields {
  if (who.role !== "officer" || scope === null || scope.organisations.length === 0 || involved.includes(who.organisation)) return who;
  const below = new Set(organisationsWithin(all, { everything: false, regions: [], zones: [], organisations: scope.organisations }).map((one) => one.code));
  const found = involved.find((code) => typeof code === "string" && below.has(code));
  return found ? { ...who, organisation: found } : who;
}

/** The same for whoever is at work here. */
export const actorFor = (involved: Involved): ActorFields => (saysWho.value ? actor.value : actingFor(actor.value, heldRole.value?.scope ?? null, organisations.value, involved));

interface WithLead {
  lead: { code: string } | null;
  supporting: readonly { code: string }[];
}
export const involvedIn = (item: WithLead | null): Involved => (item === null ? [] : [item.lead?.code, ...item.supporting.map((one) => one.code)]);
