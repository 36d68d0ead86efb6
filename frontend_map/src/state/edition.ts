/** How many zones each layer had on the date shown; today's numbers come with the layers themselves. */
import { effect, signal } from "@preact/signals";
import { countZones } from "../api/zones";
import { cityLayers, editionDate } from "./store";

/** Layer code to number of zones on the date shown; empty for today, and while they are being counted. */
export const zonesThen = signal<ReadonlyMap<string, number>>(new Map());

export function startCounting(): void {
  effect(() => {
    const date = editionDate.value;
    const layers = cityLayers.value;
    zonesThen.value = new Map();
    if (date !== null) void count(date, layers.map((layer) => layer.code));
  });
}

async function count(date: string, codes: readonly string[]): Promise<void> {
  for (const code of codes) {
    let zones: number;
    try {
      zones = await countZones(code, date);
    } catch {
      // The map shows the zones all the same; only their number stays untold.
      return;
    }
    if (editionDate.value !== date) return;
    zonesThen.value = new Map(zonesThen.value).set(code, zones);
  }
}
