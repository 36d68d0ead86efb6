/** What lies within the scopes an account holds: what a chooser offers. The server decides again. Pure. */
import type { Organisation } from "../api/organisations";
import type { HeldRole, Scope } from "../api/session";
import type { LayerKind } from "../api/types";

const UNLIMITED: Scope = { everything: true, regions: [], organisations: [], zones: [] };

/** All roles of an account together; of a server where nobody signs in, everything. */
export function wholeScope(roles: readonly HeldRole[], open: boolean): Scope {
  if (open) return UNLIMITED;
  const scopes = roles.map((one) => one.scope);
  return {
    everything: scopes.some((one) => one.everything),
    regions: scopes.flatMap((one) => one.regions),
    organisations: scopes.flatMap((one) => one.organisations),
    zones: scopes.flatMap((one) => one.zones),
  };
}

/** Codes of regions nest: one begins with the other where one lies in the other. */
const nested = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

/**
 * Organisations whose work may be in sight: of a scope of organisations these and all below; of a scope of places those of
 * the place, of what lies in it or around it, and those of no place, who work everywhere.
 */
export function organisationsWithin(all: readonly Organisation[], scope: Scope): Organisation[] {
  if (scope.everything) return [...all];
  const places = [...scope.regions, ...scope.zones].map((one) => one.code);
  const below = new Set(scope.organisations.map((one) => one.code));
  // Parents may come after their children: go round until nothing is new.
  for (let before = -1; before < below.size; ) {
    before = below.size;
    for (const one of all) if (one.parent !== null && below.has(one.parent)) below.add(one.code);
  }
  // One's own come first.
  const own = all.filter((one) => below.has(one.code));
  const others = all.filter((one) => !below.has(one.code) && places.length > 0 && (one.region === null || places.some((code) => nested(code, one.region!.code))));
  return [...own, ...others];
}

/** Whether incidents in a zone may be in sight. Which specialist zones reach into a region only the server knows. */
export function zoneWithin(zone: { layer: string; code: string }, kind: LayerKind | undefined, scope: Scope): boolean {
  if (scope.everything || scope.organisations.length > 0) return true;
  if (kind === "specialist") return scope.regions.length > 0 || scope.zones.some((one) => one.layer === zone.layer && one.code === zone.code);
  return [...scope.regions, ...scope.zones].some((one) => nested(one.code, zone.code));
}
