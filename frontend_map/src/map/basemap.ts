/** The base map from our own tiles: land, sea, water, buildings, roads. */
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Lang } from "../i18n";
import { FONT } from "./fonts";
import { nameIn } from "./labels";
import { BASE, ROADS } from "./palette";

/** Sources of the base map; tile address and MVT layer have the same name. */
export const CONTEXT_SOURCES = ["land", "water", "roads", "buildings", "land_units", "facilities"] as const;

const polygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const line: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];

function width([low, mid, high]: readonly [number, number, number], extra = 0): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.6], ["zoom"], 11, low + extra, 14, mid + extra, 17, high + extra * 1.5];
}

export function groundLayers(): LayerSpecification[] {
  const tones = Object.entries(BASE.building).filter(([kind]) => kind !== "other");
  return [
    { id: "beyond", type: "background", paint: { "background-color": BASE.beyond } },
    { id: "land", type: "fill", source: "land", "source-layer": "land", paint: { "fill-color": BASE.land } },
    {
      id: "water",
      type: "fill",
      source: "water",
      "source-layer": "water",
      filter: polygon,
      paint: { "fill-color": BASE.water, "fill-outline-color": BASE.waterLine },
    },
    {
      id: "water-line",
      type: "line",
      source: "water",
      "source-layer": "water",
      filter: line,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": BASE.waterLine, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 16, 5] },
    },
    {
      id: "coast",
      type: "line",
      source: "land",
      "source-layer": "land",
      paint: { "line-color": BASE.coast, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 15, 1.6] },
    },
    {
      id: "land_units",
      type: "line",
      source: "land_units",
      "source-layer": "land_units",
      minzoom: 14,
      paint: { "line-color": BASE.unit, "line-width": 0.7, "line-dasharray": [1, 2] },
    },
    {
      id: "buildings",
      type: "fill",
      source: "buildings",
      "source-layer": "buildings",
      minzoom: 14,
      paint: {
        "fill-color": ["match", ["get", "kind"], ...tones.flat(), BASE.building.other] as unknown as ExpressionSpecification,
        "fill-outline-color": BASE.buildingLine,
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.5, 15, 1],
      },
    },
  ];
}

/** All casings lie below all fills, so that crossings stay open. */
export function roadLayers(): LayerSpecification[] {
  const layout = { "line-cap": "round", "line-join": "round" } as const;
  const one = (kind: string, part: "casing" | "fill"): LayerSpecification => {
    const look = ROADS[kind]!;
    return {
      id: `road-${part}-${kind}`,
      type: "line",
      source: "roads",
      "source-layer": "roads",
      minzoom: part === "casing" ? Math.max(look.from, 11) : look.from,
      filter: ["==", ["get", "road_class"], kind],
      layout,
      paint: {
        "line-color": part === "casing" ? look.casing : ["interpolate", ["linear"], ["zoom"], 11, look.casing, 13, look.fill],
        "line-width": width(look.widths, part === "casing" ? 1.2 : 0),
      },
    };
  };
  const kinds = Object.keys(ROADS);
  return [...kinds.map((kind) => one(kind, "casing")), ...kinds.map((kind) => one(kind, "fill"))];
}

export function roadNames(lang: Lang): LayerSpecification[] {
  return Object.entries(ROADS).map(([kind, look]) => ({
    id: `road-name-${kind}`,
    type: "symbol",
    source: "roads",
    "source-layer": "roads",
    minzoom: look.labelFrom,
    filter: ["==", ["get", "road_class"], kind],
    layout: {
      "symbol-placement": "line",
      "symbol-spacing": 320,
      "text-field": nameIn(lang),
      "text-font": FONT,
      "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10.5, 17, 13],
      "text-padding": 6,
      "text-letter-spacing": 0.04,
    },
    paint: { "text-color": BASE.roadText, "text-halo-color": BASE.halo, "text-halo-width": 1.4 },
  }));
}

export function waterNames(lang: Lang): LayerSpecification[] {
  const common = { type: "symbol", source: "water", "source-layer": "water", minzoom: 12 } as const;
  const text = { "text-field": nameIn(lang), "text-font": FONT, "text-size": 11.5 };
  const paint = { "text-color": BASE.waterText, "text-halo-color": BASE.halo, "text-halo-width": 1.2 };
  return [
    // Along rivers; the sea is cut into many tiles and would be named in each.
    { ...common, id: "water-line-name", filter: line, layout: { ...text, "symbol-placement": "line", "symbol-spacing": 400 }, paint },
    { ...common, id: "water-name", filter: ["all", polygon, ["!=", ["get", "kind"], "sea"]], layout: { ...text, "text-max-width": 6 }, paint },
  ];
}

export function facilityLayers(lang: Lang): LayerSpecification[] {
  return [
    {
      id: "facilities",
      type: "circle",
      source: "facilities",
      "source-layer": "facilities",
      minzoom: 15,
      paint: {
        "circle-color": BASE.halo,
        "circle-stroke-color": BASE.facility,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 1.4, 18, 4],
        "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 15, 0.8, 18, 1.6],
      },
    },
    {
      id: "facilities-name",
      type: "symbol",
      source: "facilities",
      "source-layer": "facilities",
      minzoom: 18,
      layout: {
        "text-field": nameIn(lang),
        "text-font": FONT,
        "text-size": 10.5,
        "text-anchor": "top",
        "text-offset": [0, 0.6],
        "text-optional": true,
      },
      paint: { "text-color": BASE.facility, "text-halo-color": BASE.halo, "text-halo-width": 1.2 },
    },
  ];
}
