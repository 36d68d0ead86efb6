/** What the desk's fields find: organisations, zones, roads, facilities. */
import { search } from "../api/search";
import type { Organisation } from "../api/organisations";
import type { Scope } from "../api/session";
import type { SearchHit, ZoneSummary } from "../api/types";
import { findZones } from "../api/zones";
import { say } from "../i18n";
import type { Option } from "../parts/Combo";
import { findOrganisations } from "../parts/OrganisationField";
import { organisations } from "../state/rules_desk";
import { organisationsWithin, wholeScope, zoneWithin } from "../state/scope";
import { openMode, ownRoles } from "../state/session";
import { cityLayers, layerName } from "../state/store";

const TERRITORY: ReadonlySet<string> = new Set(["region", "base_grid", "specialist"]);
const MOST = 30;

/** Those whose work the account may see. */
export const ownOrganisationOptions = (text: string): Option<Organisation>[] => findOrganisations(organisationsWithin(organisations.value, ownScope()), text);

const ownScope = (): Scope => wholeScope(ownRoles.value, openMode.value);

/** Regions, grids and specialist zones that the account may see something in. */
export const ownZoneOptions = (text: string, abort: AbortSignal): Promise<Option<ZoneSummary>[]> => zoneOptions(text, abort, TERRITORY, ownScope());

export const organisationOptions = (text: string): Option<Organisation>[] => findOrganisations(organisations.value, text);

/** Regions, base grids and specialist zones, the coarser layers first. */
export async function zoneOptions(text: string, abort: AbortSignal, kinds: ReadonlySet<string> = TERRITORY, within: Scope | null = null): Promise<Option<ZoneSummary>[]> {
  const layers = cityLayers.value.filter((one) => kinds.has(one.kind));
  const found = await Promise.all(layers.map((one) => findZones(one.code, text, abort)));
  return found
    .flat()
    .filter((zone) => within === null || zoneWithin(zone, layers.find((one) => one.code === zone.layer)?.kind, within))
    .slice(0, MOST)
    .map((zone) => ({ key: `${zone.layer}:${zone.code}`, label: say(zone.name) || zone.code, detail: `${say(layerName(zone.layer))} · ${zone.code}`, value: zone }));
}

/** Roads or facilities by name or code. */
export async function hitOptions(type: "road" | "facility", text: string, abort: AbortSignal): Promise<Option<SearchHit>[]> {
  return (await search(text, abort, 50))
    .filter((hit) => hit.type === type)
    .map((hit) => ({ key: hit.code, label: say(hit.label), detail: say(hit.detail), value: hit }));
}
