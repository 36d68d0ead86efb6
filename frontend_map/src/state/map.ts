/** The map's handle for the panels; null while it starts and where there is no WebGL. */
import { signal } from "@preact/signals";
import type { CityMap } from "../map/controller";
import { restoredSelection, selection } from "./store";

export const cityMap = signal<CityMap | null>(null);

/** Moves the map for what was just selected; not for a view that was restored with its own camera. */
export function moveForSelection(move: (map: CityMap) => void): void {
  if (cityMap.value && selection.value !== restoredSelection.value) move(cityMap.value);
}
