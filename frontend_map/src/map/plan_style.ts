/** How a plan is drawn: units filled by grid, balance or change; borders of grids, chosen ones, locks, labels. */
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, SourceSpecification } from "maplibre-gl";
import { FONT, FONT_BOLD } from "./fonts";
import { GRID_COLOURS } from "../planner/colours";
import { BASE } from "./palette";

export const UNITS = "plan-units";
export const EDGES = "plan-edges";
export const LABELS = "plan-labels";
export const DRAWN = "plan-drawn";
/** Households of each unit, close up. */
export const COUNTS = "plan-counts";
/** What is different between two editions. */
export const CHANGED = "plan-changed";
export const PLAN_SOURCES = [UNITS, EDGES, LABELS, COUNTS, DRAWN, CHANGED] as const;

export const UNIT_FILL = "plan-fill";
export const HATCH = "plan-hatch";
export const LABEL = "plan-label";
export const CURSOR = "plan-cursor";
export const TAKEN = "plan-building";
/** The layer of the page's own style below which plans are filled: labels stay above. */
export const BELOW = "facilities";

export const BALANCE_COLOURS = { below: "#3b76b5", in: "#e8e4d8", above: "#d9822b", exempt: "#c9c3d6" } as const;
export const CHANGE_COLOURS = { stays: "#e8e4d8", moved: "#8e5aa8" } as const;

/** Colours of the fill by number: first those of grids, then those of classes. */
export const FILLS = [...GRID_COLOURS, BALANCE_COLOURS.below, BALANCE_COLOURS.in, BALANCE_COLOURS.above, BALANCE_COLOURS.exempt, CHANGE_COLOURS.moved] as const;
const FIRST = GRID_COLOURS.length;
export const FILL = { below: FIRST, in: FIRST + 1, above: FIRST + 2, exempt: FIRST + 3, stays: FIRST + 1, moved: FIRST + 4 } as const;

const empty: FeatureCollection = { type: "FeatureCollection", features: [] };
const state = (name: string): ExpressionSpecification => ["coalesce", ["feature-state", name], ["get", name], 0];
const on = (name: string): ExpressionSpecification => ["==", state(name), 1];

export const planSources = (): Record<string, SourceSpecification> => ({
  [UNITS]: { type: "geojson", data: empty, tolerance: 0.1 },
  [EDGES]: { type: "geojson", data: empty, tolerance: 0.1 },
  [LABELS]: { type: "geojson", data: empty },
  [COUNTS]: { type: "geojson", data: empty },
  [DRAWN]: { type: "geojson", data: empty },
  [CHANGED]: { type: "geojson", data: empty },
});

const fillColour: ExpressionSpecification = [
  "match",
  state("c"),
  ...FILLS.flatMap((colour, index) => [index, colour]),
  BASE.land,
] as unknown as ExpressionSpecification;

/** Below the labels of the page's style. */
export function planGround(): LayerSpecification[] {
  return [
    {
      id: UNIT_FILL,
      type: "fill",
      source: UNITS,
      // Gathered, under the pointer, chosen, the rest.
      paint: {
        "fill-color": ["case", on("g"), "#f0b429", fillColour],
        "fill-opacity": ["case", on("g"), 0.75, on("h"), 0.62, on("s"), 0.62, 0.42],
      },
    },
    { id: HATCH, type: "fill", source: UNITS, filter: ["in", ["id"], ["literal", []]], paint: { "fill-pattern": "plan-hatch" } },
    { id: "plan-unit-line", type: "line", source: UNITS, minzoom: 12.5, paint: { "line-color": "#6b675c", "line-width": 0.6, "line-opacity": 0.45 } },
    { id: "plan-changed-fill", type: "fill", source: CHANGED, paint: { "fill-color": CHANGE_COLOURS.moved, "fill-opacity": 0.6 } },
    { id: "plan-changed-line", type: "line", source: CHANGED, paint: { "line-color": "#5b2f78", "line-width": 1.5 } },
    {
      id: "plan-border-halo",
      type: "line",
      source: EDGES,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": "#ffffff", "line-opacity": ["case", on("b"), 0.9, 0], "line-width": ["interpolate", ["linear"], ["zoom"], 11, 2, 15, 5] },
    },
    {
      id: "plan-border",
      type: "line",
      source: EDGES,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["case", ["==", ["get", "community"], 1], "#7b4d1e", "#14535d"],
        "line-opacity": ["case", on("b"), 1, 0],
        "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.8, 15, 2.2],
      },
    },
    // Where the border was in the base edition and is no more.
    {
      id: "plan-border-was",
      type: "line",
      source: EDGES,
      paint: { "line-color": "#8e5aa8", "line-dasharray": [2, 2], "line-opacity": ["case", on("w"), 1, 0], "line-width": 2 },
    },
    {
      id: "plan-chosen",
      type: "line",
      source: EDGES,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": "#0b3c46", "line-opacity": ["case", on("s"), 1, 0], "line-width": ["interpolate", ["linear"], ["zoom"], 11, 2.5, 15, 4.5] },
    },
  ];
}

/** Above everything. */
export function planTop(): LayerSpecification[] {
  return [
    {
      id: "plan-count",
      type: "symbol",
      source: COUNTS,
      minzoom: 14.6,
      layout: { "text-field": ["to-string", ["get", "households"]], "text-font": FONT, "text-size": 11.5, "text-padding": 1 },
      paint: { "text-color": "#4d4a42", "text-halo-color": "#ffffff", "text-halo-width": 1.2 },
    },
    {
      id: LABEL,
      type: "symbol",
      source: LABELS,
      layout: {
        "text-field": ["format", ["get", "code"], { "font-scale": 1 }, "\n", {}, ["get", "count"], { "font-scale": 0.92 }],
        "text-font": FONT_BOLD,
        "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10, 16, 14],
        "text-line-height": 1.1,
        "text-padding": 2,
        "icon-image": ["case", ["get", "locked"], "plan-lock", ""],
        "icon-anchor": "bottom",
        "icon-offset": [0, -16],
        "icon-allow-overlap": true,
        "symbol-sort-key": ["get", "order"],
      },
      paint: {
        "text-color": ["match", ["get", "balance"], "below", "#173f68", "above", "#7a3c00", "#26343a"],
        "text-halo-color": "#ffffff",
        "text-halo-width": 1.8,
      },
    },
    // The building taken for transfer.
    {
      id: TAKEN,
      type: "line",
      source: "buildings",
      "source-layer": "buildings",
      filter: ["==", ["get", "code"], ""],
      paint: { "line-color": "#b3371a", "line-width": 3 },
    },
    {
      id: CURSOR,
      type: "line",
      source: DRAWN,
      filter: ["==", ["get", "kind"], "cursor"],
      paint: { "line-color": "#0b62c4", "line-width": 4, "line-offset": 1 },
    },
    {
      id: "plan-line-halo",
      type: "line",
      source: DRAWN,
      filter: ["==", ["get", "kind"], "line"],
      paint: { "line-color": "#ffffff", "line-width": 6 },
    },
    {
      id: "plan-line",
      type: "line",
      source: DRAWN,
      filter: ["==", ["get", "kind"], "line"],
      paint: { "line-color": "#b3371a", "line-width": 3, "line-dasharray": [2, 1] },
    },
    {
      id: "plan-points",
      type: "circle",
      source: DRAWN,
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": ["match", ["get", "kind"], "next", 6, 4.5],
        "circle-color": ["case", ["==", ["get", "snapped"], true], "#f0b429", "#ffffff"],
        "circle-stroke-color": "#b3371a",
        "circle-stroke-width": 2,
      },
    },
  ];
}

const RATIO = 2;

function canvas(size: number): { pen: CanvasRenderingContext2D; done: () => ImageData } {
  const made = document.createElement("canvas");
  made.width = made.height = size * RATIO;
  const pen = made.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("no 2d canvas");
  pen.scale(RATIO, RATIO);
  return { pen, done: () => pen.getImageData(0, 0, made.width, made.height) };
}

/** Hatching of a locked grid, and the lock beside its name. */
export function planImages(): { name: string; image: ImageData; ratio: number }[] {
  const size = 12;
  const hatch = canvas(size);
  hatch.pen.strokeStyle = "rgb(40 40 60 / 55%)";
  hatch.pen.lineWidth = 1.5;
  for (const shift of [-size, 0, size]) {
    hatch.pen.beginPath();
    hatch.pen.moveTo(shift - 2, size + 2);
    hatch.pen.lineTo(shift + size + 2, -2);
    hatch.pen.stroke();
  }
  const lock = canvas(18);
  lock.pen.fillStyle = "#fff";
  lock.pen.beginPath();
  lock.pen.arc(9, 9, 9, 0, 2 * Math.PI);
  lock.pen.fill();
  lock.pen.fillStyle = "#3b2f5a";
  lock.pen.fillRect(5, 8.5, 8, 6);
  lock.pen.strokeStyle = "#3b2f5a";
  lock.pen.lineWidth = 1.6;
  lock.pen.beginPath();
  lock.pen.arc(9, 8, 2.7, Math.PI, 0);
  lock.pen.stroke();
  return [
    { name: "plan-hatch", image: hatch.done(), ratio: RATIO },
    { name: "plan-lock", image: lock.done(), ratio: RATIO },
  ];
}
