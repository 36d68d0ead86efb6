/** Incidents: circles counted by the server at low zooms, single symbols from zoom 15. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import { STATE_GROUPS } from "../state/incidents";
import type { Lang } from "../i18n";
import { FONT, FONT_BOLD } from "./fonts";
import { countIn, nameIn } from "./labels";
import { BASE, CLUSTER } from "./palette";

export const CLUSTER_LAYER = "incident-clusters";
export const SINGLE_LAYER = "incident-singles";
/** From here on the tiles hold single incidents. */
export const SINGLES_FROM = 15;

/** Size classes of a cluster: lowest count and diameter in pixels. */
export const CLUSTER_SIZES = [
  { from: 0, diameter: 26 },
  { from: 10, diameter: 32 },
  { from: 50, diameter: 38 },
  { from: 250, diameter: 46 },
  { from: 1000, diameter: 54 },
] as const;
/** The urgent share is drawn in this many steps of the ring. */
export const SHARE_STEPS = 12;

const count: ExpressionSpecification = ["to-number", ["get", "count"], 0];

function clusterImage(): ExpressionSpecification {
  const sizes = CLUSTER_SIZES.flatMap(({ from }, index) => (index === 0 ? ["0"] : [from, String(index)]));
  const size = ["step", count, ...sizes] as unknown as ExpressionSpecification;
  const share: ExpressionSpecification = [
    "ceil",
    ["*", SHARE_STEPS, ["min", 1, ["/", ["to-number", ["get", "urgent"], 0], ["max", 1, count]]]],
  ];
  return ["concat", "cluster-", size, "-", ["to-string", share]];
}

function singleImage(): ExpressionSpecification {
  const groups = Object.entries(STATE_GROUPS).flatMap(([group, states]) => [states, group]);
  const group = ["match", ["get", "state"], ...groups, "new"] as unknown as ExpressionSpecification;
  return ["concat", "incident-", group, ["case", ["==", ["get", "urgency"], "urgent"], "-urgent", ""]];
}

export function incidentLayers(lang: Lang): LayerSpecification[] {
  const common = { source: "incidents", "source-layer": "incidents" } as const;
  return [
    {
      ...common,
      id: CLUSTER_LAYER,
      type: "symbol",
      filter: ["has", "count"],
      layout: {
        "icon-image": clusterImage(),
        "icon-allow-overlap": true,
        "text-allow-overlap": true,
        "text-field": countIn(lang),
        "text-font": FONT_BOLD,
        "text-size": ["step", count, 11, 50, 12, 1000, 13],
        "symbol-sort-key": count,
      },
      paint: { "text-color": CLUSTER.text },
    },
    {
      ...common,
      id: SINGLE_LAYER,
      type: "symbol",
      filter: ["has", "number"],
      layout: {
        "icon-image": singleImage(),
        "icon-allow-overlap": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 15, 0.8, 17, 1],
        "symbol-sort-key": ["case", ["==", ["get", "urgency"], "urgent"], 1, 0],
        "text-field": ["step", ["zoom"], "", 17, nameOfCategory(lang)],
        "text-font": FONT,
        "text-size": 11,
        "text-anchor": "top",
        "text-offset": [0, 1],
        "text-optional": true,
        "text-max-width": 8,
      },
      paint: { "text-color": BASE.text, "text-halo-color": BASE.halo, "text-halo-width": 1.4 },
    },
  ];
}

export function nameOfCategory(lang: Lang): ExpressionSpecification {
  const [first, second] = lang === "en" ? ["category_name_en", "category_name_zh"] : ["category_name_zh", "category_name_en"];
  return ["coalesce", ["get", first], ["get", second], nameIn(lang)];
}

/** Single symbols follow the list's states and period; the server's counts know only open and all. */
export function singleFilter(states: readonly string[], from: string | null): FilterSpecification {
  const named = states.filter((state) => state !== "open");
  const open = states.includes("open") ? [...STATE_GROUPS.new, ...STATE_GROUPS.handling, ...STATE_GROUPS.checking] : [];
  const wanted = [...new Set([...named, ...open])];
  const parts: ExpressionSpecification[] = [["has", "number"]];
  if (wanted.length > 0) parts.push(["in", ["get", "state"], ["literal", wanted]]);
  // The tiles tell the time in UTC, as `2026-11-21T16:00:00Z`: such texts sort as their moments do.
  if (from) parts.push([">=", ["to-string", ["get", "reported_at"]], `${new Date(from).toISOString().slice(0, 19)}Z`]);
  return ["all", ...parts] as FilterSpecification;
}
