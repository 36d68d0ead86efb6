/** What the department's desk knows beside its address. */
import { computed, signal } from "@preact/signals";
import type { Feature } from "geojson";
import type { Query } from "../api/client";
import type { DepartmentSummary, ZoneAnswer } from "../api/department";
import { filter } from "../dispatch/state";
import { heldRole } from "../state/actor";
import { me, ownRoles, scopeText } from "../state/session";
import { say, t } from "../i18n";
import { organisations } from "../state/rules_desk";
import { layerName } from "../state/store";
import type { Area } from "./address";

export const summary = signal<DepartmentSummary | null>(null);
/** The answer about the area asked for. */
export const answer = signal<ZoneAnswer | null>(null);
/** What a table shows on the map: facilities, grids, places; `pointed` is the one under the pointer. */
export const shownFeatures = signal<readonly Feature[]>([]);
/** Which facilities are listed. */
export const RELATIONS = ["any", "owned", "maintained"] as const;
export type Relation = (typeof RELATIONS)[number];
export const relation = signal<Relation>("any");
/** Whether only facilities with open incidents around them are listed, and how far around, in metres. */
export const withIncidents = signal(true);
export const AROUND_M = 100;
/** How the area is being named. */
export const areaWay = signal<Area["kind"]>("polygon");
export const pointedKey = signal<string | null>(null);
/** Key of something pressed on the map, and how often: the table brings it into sight. */
export const pressed = signal<{ key: string; round: number } | null>(null);

/** Part of every question: whose desk it is. Without it, all that the account sees. */
export const scopeQuery = computed<Query>(() => {
  const { organisation, zone } = filter.value;
  return { organisation, zone: zone ? `${zone.layer}/${zone.code}` : null };
});

/** The same for specialist zones: who leads a region has none, and asks for those that reach into it. */
export const specialistQuery = computed<Query>(() => {
  const asked = scopeQuery.value;
  const region = heldRole.value?.scope.regions[0];
  if (asked["organisation"] || asked["zone"] || !region || heldRole.value?.scope.everything) return asked;
  return { ...asked, zone: `${region.layer}/${region.code}` };
});

/** Whose desk it is, in words. */
export const scopeName = computed<string>(() => {
  const { organisation, zone } = filter.value;
  const parts = [
    organisation && (say(organisations.value.find((one) => one.code === organisation)?.name) || organisation),
    zone && `${say(layerName(zone.layer))} ${zoneNames.value[`${zone.layer}/${zone.code}`] ?? zone.code}`,
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(" · ");
  const held = heldRole.value;
  return held && !me.value?.open ? scopeText(held.scope) : t("account.everything");
});

/** The same for a heading: one name, and how many more. */
export const scopeTitle = computed<string>(() => {
  const { organisation, zone } = filter.value;
  const held = heldRole.value;
  if (organisation || zone || held === null || me.value?.open || held.scope.everything) return scopeName.value;
  const names = [...held.scope.organisations, ...held.scope.regions, ...held.scope.zones].map((one) => say(one.name) || one.code);
  return names.length > 1 ? `${names[0]} +${names.length - 1}` : scopeName.value;
});

/** Zones that whose desk it is can be seen by: the chosen one, or all that the account was granted; none: the city. */
export const scopeZones = computed<readonly { layer: string; code: string }[]>(() => {
  const { organisation, zone } = filter.value;
  if (zone) return [{ layer: zone.layer, code: zone.code }];
  if (organisation || ownRoles.value.some((one) => one.scope.everything)) return [];
  return ownRoles.value.flatMap(({ scope }) => [...scope.regions, ...scope.zones].map(({ layer, code }) => ({ layer, code })));
});

/** Names of zones that were chosen, by `layer/code`. */
export const zoneNames = signal<Readonly<Record<string, string>>>({});
export const nameZone = (layer: string, code: string, name: string): void => void (zoneNames.value = { ...zoneNames.value, [`${layer}/${code}`]: name });
