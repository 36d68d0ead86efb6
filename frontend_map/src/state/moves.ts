/** What a simulation says, as the map and the tables need it. Pure. */
import type { FeatureCollection, Point } from "geojson";
import type { Flow, Moved, Simulation } from "../api/rules";

/** Told apart also by those who see few colours; the last one is for all others. */
export const FLOW_COLOURS = ["#1769aa", "#b3541e", "#0c7c6c", "#7a3ea3", "#a3283f", "#6a5d16", "#2f7d32", "#5b6770"] as const;
export const REST = FLOW_COLOURS.length - 1;

export type ColourBy = "to" | "from";

export interface Hue {
  /** Code of the organisation, null: none, undefined: all the others. */
  code: string | null | undefined;
  colour: number;
  count: number;
}

/** The organisations that gain (or lose) most, each with its colour; the rest share one. */
export function hues(flows: readonly Flow[], by: ColourBy): Hue[] {
  const sums = new Map<string | null, number>();
  for (const flow of flows) {
    const code = flow[by]?.code ?? null;
    sums.set(code, (sums.get(code) ?? 0) + flow.count);
  }
  const sorted = [...sums].toSorted((a, b) => b[1] - a[1]);
  const own = sorted.slice(0, sorted.length > FLOW_COLOURS.length ? REST : FLOW_COLOURS.length);
  const found: Hue[] = own.map(([code, count], colour) => ({ code, colour, count }));
  const others = sorted.slice(own.length).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) found.push({ code: undefined, colour: REST, count: others });
  return found;
}

export interface ShownPoint {
  number: string;
  colour: number;
}

/** The points of one flow (or of all), with their colours. */
export function shownPoints(result: Simulation, flow: number | null, by: ColourBy): FeatureCollection<Point, ShownPoint> {
  const colours = new Map(hues(result.flows, by).map((hue) => [hue.code, hue.colour]));
  const features = result.points.features
    .filter((feature) => flow === null || feature.properties.flow === flow)
    .map((feature) => ({
      ...feature,
      properties: { number: feature.properties.number, colour: colours.get(feature.properties[by]) ?? REST },
    }));
  return { type: "FeatureCollection", features };
}

/** West, south, east, north of the points; null without any. */
export function extent(points: FeatureCollection<Point, unknown>): [number, number, number, number] | null {
  const xs = points.features.map((feature) => feature.geometry.coordinates[0]!);
  const ys = points.features.map((feature) => feature.geometry.coordinates[1]!);
  const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b));
  return xs.length === 0 ? null : [least(xs), least(ys), most(xs), most(ys)];
}

/** Moved incidents that are told one by one, of one flow or of all. */
export function told(result: Simulation, flow: number | null): Moved[] {
  if (flow === null) return result.sample;
  const { from, to } = result.flows[flow] ?? { from: null, to: null };
  const same = (a: { code: string } | null, b: { code: string } | null): boolean => (a?.code ?? null) === (b?.code ?? null);
  return result.sample.filter((one) => same(one.before.organisation, from) && same(one.after.organisation, to));
}

/** Which flow a point belongs to, for those whose reasons are not told one by one. */
export function flowOf(result: Simulation, number: string): number | null {
  return result.points.features.find((feature) => feature.properties.number === number)?.properties.flow ?? null;
}

/** Gains and losses by organisation, the largest change first. */
export function balance(flows: readonly Flow[]): { code: string; name: { zh: string; en: string | null }; gain: number; loss: number }[] {
  const sums = new Map<string, ReturnType<typeof balance>[number]>();
  const of = (organisation: NonNullable<Flow["from"]>): ReturnType<typeof balance>[number] => {
    const known = sums.get(organisation.code) ?? { ...organisation, gain: 0, loss: 0 };
    sums.set(organisation.code, known);
    return known;
  };
  for (const { from, to, count } of flows) {
    if (from) of(from).loss += count;
    if (to) of(to).gain += count;
  }
  return [...sums.values()].toSorted((a, b) => Math.abs(b.gain - b.loss) - Math.abs(a.gain - a.loss) || b.gain + b.loss - a.gain - a.loss);
}
