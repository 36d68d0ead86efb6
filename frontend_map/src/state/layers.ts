/** Which layers there are to switch, and which are on at first. Pure. */
import type { Layer } from "../api/types";

/** Layers of the base map that can be switched; sea, water and land are always there. */
export const CONTEXT_LAYERS = ["roads", "buildings", "land_units", "facilities"] as const;
export const INCIDENTS = "incidents";

const ALWAYS_ON = [INCIDENTS, "roads", "buildings"];

/** Regions and base grids are on; specialist layers wait to be asked for, else the map is a tangle. */
export function defaultLayers(layers: readonly Layer[]): string[] {
  const zones = layers.filter((layer) => layer.kind === "region" || layer.kind === "base_grid");
  return [...zones.map((layer) => layer.code), ...ALWAYS_ON].toSorted();
}

/** First zoom at which a layer is drawn; below it the panel says so. */
export const FIRST_ZOOM: Readonly<Record<string, number>> = {
  buildings: 14,
  land_units: 14,
  facilities: 15,
  base_grid: 11.5,
};
