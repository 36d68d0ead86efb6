/** Incidents that a change of the rules would move: single points, and circles that count them. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification } from "maplibre-gl";
import { FLOW_COLOURS } from "../state/moves";
import type { Lang } from "../i18n";
import { FONT_BOLD } from "./fonts";

export const MOVES = "moves";
export const MOVE_CLUSTERS = "move-clusters";
export const MOVE_POINTS = "move-points";
const MOVE_COUNTS = "move-counts";
export const MOVE_LAYERS = [MOVE_CLUSTERS, MOVE_COUNTS, MOVE_POINTS] as const;

const sum = (colour: number): string => `c${colour}`;

export const movesSource = (): SourceSpecification => ({
  type: "geojson",
  data: { type: "FeatureCollection", features: [] },
  cluster: true,
  clusterRadius: 46,
  clusterMaxZoom: 14,
  // How many of each colour a circle holds.
  clusterProperties: Object.fromEntries(
    FLOW_COLOURS.map((_, colour) => [sum(colour), ["+", ["case", ["==", ["get", "colour"], colour], 1, 0]]]),
  ),
});

const byColour = (): ExpressionSpecification =>
  ["match", ["get", "colour"], ...FLOW_COLOURS.flatMap((colour, index) => [index, colour]), FLOW_COLOURS.at(-1)] as unknown as ExpressionSpecification;

/** A circle has the colour of most of its points. */
function ofMost(): ExpressionSpecification {
  const most: ExpressionSpecification = ["max", ...FLOW_COLOURS.map((_, colour) => ["get", sum(colour)])] as unknown as ExpressionSpecification;
  const cases = FLOW_COLOURS.flatMap((colour, index) => [["==", ["get", sum(index)], most], colour]);
  return ["case", ...cases, FLOW_COLOURS.at(-1)] as unknown as ExpressionSpecification;
}

const count: ExpressionSpecification = ["to-number", ["get", "point_count"], 0];

export function moveLayers(lang: Lang): LayerSpecification[] {
  const hidden = { visibility: "none" } as const;
  const short: ExpressionSpecification =
    lang === "zh"
      ? ["concat", ["to-string", ["/", ["round", ["/", count, 1000]], 10]], "万"]
      : ["concat", ["to-string", ["round", ["/", count, 1000]]], "k"];
  return [
    {
      id: MOVE_CLUSTERS,
      type: "circle",
      source: MOVES,
      filter: ["has", "point_count"],
      layout: hidden,
      paint: {
        "circle-color": ofMost(),
        "circle-radius": ["interpolate", ["linear"], ["sqrt", count], 1, 12, 10, 19, 32, 28, 100, 40],
        "circle-stroke-color": "#fff",
        "circle-stroke-width": 2.5,
        "circle-opacity": 0.93,
      },
    },
    {
      id: MOVE_COUNTS,
      type: "symbol",
      source: MOVES,
      filter: ["has", "point_count"],
      layout: {
        ...hidden,
        "text-field": ["case", [">=", count, 10_000], short, ["to-string", count]],
        "text-font": FONT_BOLD,
        "text-size": 12,
        "text-allow-overlap": true,
      },
      paint: { "text-color": "#fff" },
    },
    {
      id: MOVE_POINTS,
      type: "circle",
      source: MOVES,
      filter: ["!", ["has", "point_count"]],
      layout: hidden,
      paint: { "circle-color": byColour(), "circle-radius": 7, "circle-stroke-color": "#fff", "circle-stroke-width": 2 },
    },
  ];
}
