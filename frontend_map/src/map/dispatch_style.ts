/** Open incidents on the desk's map: circles with their overdue share, single symbols with their clock, heat. */
import type { ExpressionSpecification, LayerSpecification, Map as MapLibre, SourceSpecification } from "maplibre-gl";
import type { Category } from "../api/types";
import { STATE_GROUPS } from "../state/incidents";
import type { Lang } from "../i18n";
import { FONT, FONT_BOLD } from "./fonts";
import { CLUSTER_SIZES } from "./incidents";
import { picture } from "./icons";
import { countIn } from "./labels";
import { BASE, CLOCK, CLUSTER } from "./palette";

export const OPEN = "open_incidents";
export const OPEN_CLUSTERS = "open-clusters";
export const OPEN_SINGLES = "open-singles";
export const OPEN_CLOCKS = "open-clocks";
export const OPEN_HEAT = "open-heat";
export const PULSES = "open-pulses";
export const OPEN_LAYERS = [OPEN_HEAT, OPEN_CLUSTERS, OPEN_SINGLES, OPEN_CLOCKS] as const;

/** The ring is drawn in this many parts: a share of one in a hundred still shows as one of them. */
const PARTS = 8;

const count: ExpressionSpecification = ["max", 1, ["to-number", ["get", "count"], 1]];
const share = (field: string): ExpressionSpecification => ["min", PARTS, ["ceil", ["/", ["*", PARTS, ["to-number", ["get", field], 0]], count]]];

function clusterImage(): ExpressionSpecification {
  const sizes = CLUSTER_SIZES.flatMap(({ from }, index) => (index === 0 ? ["0"] : [from, String(index)]));
  const size = ["step", count, ...sizes] as unknown as ExpressionSpecification;
  const late = share("overdue");
  const soon: ExpressionSpecification = ["min", ["-", PARTS, late], share("due_soon")];
  return ["concat", "open-", size, "-", ["to-string", late], "-", ["to-string", soon]];
}

/** A disc with a ring; from twelve o'clock on, first what is overdue, then what is due soon. */
function cluster(diameter: number, late: number, soon: number): ImageData {
  const middle = diameter / 2 + 2;
  const ring = Math.max(4, diameter * 0.13);
  return picture(diameter + 4, diameter + 4, (pen) => {
    const disc = (radius: number, colour: string): void => {
      pen.beginPath();
      pen.arc(middle, middle, radius, 0, 2 * Math.PI);
      pen.fillStyle = colour;
      pen.fill();
    };
    const part = (from: number, to: number, colour: string, radius: number): void => {
      if (to <= from) return;
      pen.beginPath();
      pen.moveTo(middle, middle);
      pen.arc(middle, middle, radius, -Math.PI / 2 + (2 * Math.PI * from) / PARTS, -Math.PI / 2 + (2 * Math.PI * to) / PARTS);
      pen.closePath();
      pen.fillStyle = colour;
      pen.fill();
    };
    disc(diameter / 2, CLUSTER.ring);
    disc(diameter / 2 - 1, CLUSTER.rest);
    part(late, late + soon, CLOCK.due_soon, diameter / 2 - 1);
    // Overdue stands out of the ring, so that it is not told by colour alone.
    part(0, late, CLOCK.overdue, diameter / 2 + 1.5);
    disc(diameter / 2 - 1 - ring, CLUSTER.ring);
    disc(diameter / 2 - 2 - ring, CLUSTER.fill);
  });
}

const BADGES: Readonly<Record<string, { colour: string; outline: string; sign: string }>> = {
  overdue: { colour: CLOCK.overdue, outline: "M0-6.4L6.4 5.2H-6.4z", sign: "M0-2.4V1.2M0 3.2V3.3" },
  due_soon: { colour: CLOCK.due_soon_ink, outline: "M0-6a6 6 0 1 1 0 12a6 6 0 1 1 0-12z", sign: "M0-3V.4L2.4 1.8" },
  paused: { colour: CLOCK.paused, outline: "M-5.5-5.5H5.5V5.5H-5.5z", sign: "M-1.8-2.8V2.8M1.8-2.8V2.8" },
};

function badge(name: keyof typeof BADGES & string): ImageData {
  const { colour, outline, sign } = BADGES[name]!;
  return picture(18, 18, (pen) => {
    pen.translate(9, 9);
    pen.lineJoin = pen.lineCap = "round";
    const shape = new Path2D(outline);
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 3.5;
    pen.stroke(shape);
    pen.fillStyle = colour;
    pen.fill(shape);
    pen.lineWidth = 1.6;
    pen.stroke(new Path2D(sign));
  });
}

/** Draws the images; asked for again after a style was loaded anew. */
export function addOpenIcons(map: MapLibre): void {
  const add = (name: string, draw: () => ImageData): void => {
    if (!map.hasImage(name)) map.addImage(name, draw(), { pixelRatio: 2 });
  };
  CLUSTER_SIZES.forEach(({ diameter }, index) => {
    for (let late = 0; late <= PARTS; late++) {
      for (let soon = 0; soon <= PARTS - late; soon++) add(`open-${index}-${late}-${soon}`, () => cluster(diameter, late, soon));
    }
  });
  for (const name of Object.keys(BADGES)) add(`clock-${name}`, () => badge(name));
}

export const openSource = (address: string, minzoom: number, maxzoom: number): SourceSpecification => ({ type: "vector", tiles: [address], minzoom, maxzoom });

export function singleImage(): ExpressionSpecification {
  const groups = Object.entries(STATE_GROUPS).flatMap(([group, states]) => [states, group]);
  const group = ["match", ["get", "state"], ...groups, "new"] as unknown as ExpressionSpecification;
  return ["concat", "incident-", group, ["case", ["==", ["get", "urgency"], "urgent"], "-urgent", ""]];
}

/** The tiles tell a category's key; its name is known here. */
function nameOfCategory(lang: Lang, categories: readonly Category[]): ExpressionSpecification | string {
  if (categories.length === 0) return "";
  const names = categories.flatMap((one) => [one.key, (lang === "en" ? one.name.en : null) ?? one.name.zh]);
  return ["match", ["get", "category"], ...names, ""] as unknown as ExpressionSpecification;
}

export function openLayers(lang: Lang, names: readonly Category[]): LayerSpecification[] {
  const clusters = { source: OPEN, "source-layer": "clusters" } as const;
  const singles = { source: OPEN, "source-layer": "incidents" } as const;
  const late: ExpressionSpecification = ["match", ["get", "clock"], "overdue", 3, "due_soon", 2, "paused", 0, 1];
  return [
    {
      ...clusters,
      id: OPEN_HEAT,
      type: "heatmap",
      layout: { visibility: "none" },
      paint: {
        // A hundred in one circle are hotter than one, but not a hundred times: else only the largest would show.
        "heatmap-weight": ["interpolate", ["linear"], ["ln", ["+", count, 1]], 0.69, 0.3, 6, 1],
        "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 9, 0.8, 14, 1.6],
        "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 9, 28, 14, 60],
        "heatmap-opacity": 0.8,
        // From light to dark, not from green to red: it reads the same in grey.
        "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, "rgba(253,227,176,0)", 0.1, "#fde3b0", 0.4, "#f4a259", 0.7, "#c8553d", 1, "#6b1f3a"],
      },
    },
    {
      ...clusters,
      id: OPEN_CLUSTERS,
      type: "symbol",
      layout: {
        "icon-image": clusterImage(),
        "icon-allow-overlap": true,
        "text-allow-overlap": true,
        "text-field": countIn(lang),
        "text-font": FONT_BOLD,
        "text-size": ["step", count, 11, 50, 12, 1000, 13],
        "symbol-sort-key": ["to-number", ["get", "overdue"], 0],
      },
      paint: { "text-color": CLUSTER.text },
    },
    {
      ...singles,
      id: OPEN_SINGLES,
      type: "symbol",
      layout: {
        "icon-image": singleImage(),
        "icon-allow-overlap": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 14, 0.8, 17, 1],
        "symbol-sort-key": late,
        "text-field": ["step", ["zoom"], "", 17, nameOfCategory(lang, names)],
        "text-font": FONT,
        "text-size": 11,
        "text-anchor": "top",
        "text-offset": [0, 1],
        "text-optional": true,
        "text-max-width": 8,
      },
      paint: { "text-color": BASE.text, "text-halo-color": BASE.halo, "text-halo-width": 1.4 },
    },
    {
      ...singles,
      id: OPEN_CLOCKS,
      type: "symbol",
      filter: ["in", ["get", "clock"], ["literal", Object.keys(BADGES)]],
      layout: {
        "icon-image": ["concat", "clock-", ["get", "clock"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-offset": [-11, 9],
        "symbol-sort-key": late,
      },
    },
    {
      id: PULSES,
      source: PULSES,
      type: "circle",
      paint: {
        "circle-radius": 16,
        "circle-color": CLOCK.news,
        "circle-opacity": 0.15,
        "circle-stroke-color": CLOCK.news,
        "circle-stroke-width": 2.5,
      },
    },
  ];
}
