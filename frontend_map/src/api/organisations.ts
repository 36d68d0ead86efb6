import { get } from "./client";
import type { Named } from "./types";

export interface Organisation extends Named {
  kind: string;
  parent: string | null;
  region: { layer: string; code: string } | null;
}

export const loadOrganisations = async (): Promise<Organisation[]> => (await get<{ items: Organisation[] }>("api/organisations")).items;
