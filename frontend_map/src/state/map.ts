/** The map's handle for the panels; null while it starts and where there is no WebGL. */
import { signal } from "@preact/signals";
import type { CityMap } from "../map/controller";

export const cityMap = signal<CityMap | null>(null);
