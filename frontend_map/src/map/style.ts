/** The whole style, bottom to top. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import { base } from "../api/client";
import type { Layer } from "../api/types";
import type { Lang } from "../i18n";
import { CONTEXT_SOURCES, facilityLayers, groundLayers, roadLayers, roadNames, waterNames } from "./basemap";
import { incidentLayers } from "./incidents";
import { MOVES, moveLayers, movesSource } from "./moves";
import { shownZoneLayers, zoneLabels, zoneLines } from "./zones";

export const MARKS = "marks";

export const tileJson = (set: string): string => `${base}tiles/${set}.json`;

export function buildStyle(layers: readonly Layer[], lang: Lang): StyleSpecification {
  const zones = layers.filter((layer) => layer.kind !== "context");
  const sources: Record<string, SourceSpecification> = {
    [MARKS]: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    [MOVES]: movesSource(),
  };
  for (const set of [...CONTEXT_SOURCES, "incidents", ...zones.map((layer) => layer.code)]) {
    sources[set] = { type: "vector", url: tileJson(set) };
  }
  return {
    version: 8,
    sources,
    layers: [
      ...groundLayers(),
      ...roadLayers(),
      // The lowest precedence is the most important layer: it is drawn last, on top.
      ...zones.toReversed().flatMap(zoneLines),
      ...zones.toReversed().flatMap(shownZoneLayers),
      ...facilityLayers(lang),
      ...waterNames(lang),
      ...roadNames(lang),
      ...zones.toReversed().map((layer) => zoneLabels(layer, lang)),
      ...incidentLayers(lang),
      ...moveLayers(lang),
      ...marks(),
    ],
  };
}

function marks(): LayerSpecification[] {
  return [
    {
      id: "mark-ring",
      type: "circle",
      source: MARKS,
      filter: ["in", ["get", "kind"], ["literal", ["incident", "pointed", "suspect"]]],
      paint: {
        "circle-radius": ["match", ["get", "kind"], "incident", 19, 15],
        "circle-color": ["match", ["get", "kind"], "suspect", "#c43d16", "#f0b429"],
        "circle-opacity": ["match", ["get", "kind"], "incident", 0.08, 0.12],
        "circle-stroke-color": ["match", ["get", "kind"], "suspect", "#8f2f10", "#7a5200"],
        "circle-stroke-width": ["match", ["get", "kind"], "incident", 2.5, 1.5],
      },
    },
    {
      id: "mark-pin",
      type: "symbol",
      source: MARKS,
      filter: ["in", ["get", "kind"], ["literal", ["point", "draft"]]],
      layout: {
        "icon-image": ["concat", "pin-", ["get", "kind"]],
        "icon-anchor": "bottom",
        "icon-offset": [0, 3],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
  ];
}
