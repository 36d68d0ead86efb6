/** Zone layers (regions, base grids, specialist grids): lines, labels, and the strong drawing of an answer. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import type { Layer } from "../api/types";
import type { Lang } from "../i18n";
import { FONT, FONT_BOLD } from "./fonts";
import { gridLabel, nameIn } from "./labels";
import { BASE, zoneLook } from "./palette";

export const NOTHING: FilterSpecification = ["==", ["get", "code"], ""];

function widths([low, mid, high]: readonly [number, number, number], factor = 1, extra = 0): ExpressionSpecification {
  const at = (value: number): number => value * factor + extra;
  return ["interpolate", ["linear"], ["zoom"], 10, at(low), 14, at(mid), 17, at(high)];
}

/** Ids of the style layers that belong to one zone layer. */
export const zoneLayerIds = (code: string): string[] => [`${code}-band`, `${code}-line`, `${code}-label`];
export const shownLayerIds = (code: string): string[] => [`${code}-shown-fill`, `${code}-shown-line`];

export function zoneLines(layer: Layer): LayerSpecification[] {
  const look = zoneLook(layer.code);
  const solid = look.dash.length === 0;
  const grid = layer.kind === "base_grid";
  const specialist = !grid && layer.kind !== "region";
  const common = {
    source: layer.code,
    "source-layer": layer.code,
    minzoom: look.from,
    layout: { "line-join": "round" },
  } as const;
  return [
    {
      ...common,
      id: `${layer.code}-band`,
      type: "line",
      // Under specialist lines a pale band carries the colour across busy streets. Under the others it is white:
      // a community's border is also one of grids, whose line would show through.
      paint: {
        "line-color": specialist ? look.colour : BASE.halo,
        "line-opacity": specialist ? 0.15 : grid ? 0.6 : 0.85,
        "line-width": widths(look.widths, specialist ? 3 : grid ? 1 : 2.2, 1.6),
      },
    },
    {
      ...common,
      id: `${layer.code}-line`,
      type: "line",
      paint: {
        "line-color": look.colour,
        "line-width": widths(look.widths, solid && specialist ? 1.4 : 1),
        "line-opacity": grid ? ["interpolate", ["linear"], ["zoom"], 11.5, 0.45, 13.5, 0.9] : 0.9,
        // Both neighbours draw a shared border; side by side their dashes do not fill each other's gaps.
        ...(solid ? {} : { "line-dasharray": look.dash, "line-offset": widths(look.widths, 0.5, 0.3) }),
      },
    },
  ];
}

export function zoneLabels(layer: Layer, lang: Lang): LayerSpecification {
  const look = zoneLook(layer.code);
  const region = layer.code === "district" || layer.code === "subdistrict";
  return {
    id: `${layer.code}-label`,
    type: "symbol",
    source: layer.code,
    "source-layer": `${layer.code}_label`,
    minzoom: look.labelFrom,
    // The district's own name is of use only while the whole district is on the screen.
    ...(layer.code === "district" ? { maxzoom: 10.8 } : {}),
    layout: {
      "text-field": layer.kind === "base_grid" ? gridLabel(lang) : nameIn(lang),
      "text-font": region ? FONT_BOLD : FONT,
      "text-size": ["interpolate", ["linear"], ["zoom"], look.labelFrom, look.labelSize - 1, 17, look.labelSize + 2],
      "text-max-width": 9,
      "text-padding": layer.kind === "base_grid" ? 1 : 4,
      "text-letter-spacing": region ? 0.08 : 0,
      "symbol-sort-key": layer.precedence,
      // Steps aside for an incident rather than vanish; a grid's number stays where it is.
      ...(layer.kind === "base_grid" ? {} : { "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 1.1 }),
    },
    paint: { "text-color": look.colour, "text-halo-color": BASE.halo, "text-halo-width": 1.8 },
  };
}

export function shownZoneLayers(layer: Layer): LayerSpecification[] {
  const look = zoneLook(layer.code);
  const common = { source: layer.code, "source-layer": layer.code, filter: NOTHING } as const;
  const grid = layer.kind === "base_grid";
  return [
    {
      ...common,
      id: `${layer.code}-shown-fill`,
      type: "fill",
      layout: { visibility: "none" },
      paint: { "fill-color": grid ? "#f0b429" : look.colour, "fill-opacity": grid ? 0.22 : 0.12 },
    },
    {
      ...common,
      id: `${layer.code}-shown-line`,
      type: "line",
      layout: { visibility: "none", "line-join": "round" },
      paint: {
        "line-color": grid ? "#8a5a00" : look.colour,
        "line-width": grid ? 3 : 2.6,
        ...(look.dash.length > 0 ? { "line-dasharray": look.dash } : {}),
      },
    },
  ];
}
