/** Few colours for many zones, so that neighbours differ. Pure. */
import { NOWHERE, type Draft } from "./measures";

export const COLOURS = 8;

/** Colours all zones, those with most neighbours first; a zone takes the least used colour that no neighbour has. */
export function colouring(draft: Draft): Map<number, number> {
  const neighbours = new Map(draft.numbers().map((zone) => [zone, draft.neighbourZones(zone)]));
  const order = [...neighbours.keys()].toSorted((a, b) => neighbours.get(b)!.size - neighbours.get(a)!.size || a - b);
  const colours = new Map<number, number>();
  const used = Array.from({ length: COLOURS }, () => 0);
  for (const zone of order) {
    const colour = free(neighbours.get(zone)!, colours, used);
    colours.set(zone, colour);
    used[colour]!++;
  }
  return colours;
}

function free(around: Iterable<number>, colours: ReadonlyMap<number, number>, used: readonly number[]): number {
  const taken = new Map<number, number>();
  for (const zone of around) {
    const colour = colours.get(zone);
    if (colour !== undefined) taken.set(colour, (taken.get(colour) ?? 0) + 1);
  }
  // More neighbours than colours: the colour of the fewest of them.
  let best = 0;
  const cost = (colour: number): number => (taken.get(colour) ?? 0) * 1e6 + used[colour]!;
  for (let colour = 1; colour < COLOURS; colour++) if (cost(colour) < cost(best)) best = colour;
  return best;
}

/** Gives new colours only where a change made two neighbours alike; returns the zones that changed colour. */
export function recolour(draft: Draft, colours: Map<number, number>, touched: Iterable<number>): number[] {
  const changed: number[] = [];
  const used = Array.from({ length: COLOURS }, () => 0);
  for (const zone of touched) {
    if (zone === NOWHERE) continue;
    const around = draft.neighbourZones(zone);
    const own = colours.get(zone);
    if (own !== undefined && [...around].every((other) => colours.get(other) !== own)) continue;
    const next = free(around, colours, used);
    if (next === own) continue;
    colours.set(zone, next);
    changed.push(zone);
  }
  return changed;
}
