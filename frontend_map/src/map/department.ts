/** The department's desk on the map: the area asked about, facilities and places of a table, zones picked by a press. */
import { effect } from "@preact/signals";
import type { Feature, Geometry, Position } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, MapMouseEvent } from "maplibre-gl";
import { loadZone } from "../api/zones";
import { boundsOfAll, boundsOfPositions } from "../department/extent";
import { toggleZone } from "../department/query";
import { answer, areaWay, pointedKey, pressed, scopeZones, shownFeatures } from "../department/state";
import * as desk from "../dispatch/state";
import { polygonOf } from "../dispatch/tasks";
import { departmentView, linkedPlace, picking, selection, shownZones } from "../state/store";
import type { CityMap } from "./controller";
import { OPEN_HEAT } from "./dispatch_style";
import { FONT_BOLD } from "./fonts";
import { MARKS } from "./style";

const AREA = "department-area";
const ROWS = "department-rows";
const ROWS_POINT = "department-rows-point";
const GRIDS = "base_grid";
/** Not to be seen: grids to be pressed. */
const PICK = "department-pick";
const REACH_PX = 7;
const COLOUR = "#0b62c4";

const LATE: ExpressionSpecification = ["case", [">", ["coalesce", ["get", "late"], 0], 0], "#b3261e", "#1a5a6c"];
const SIZE: ExpressionSpecification = ["interpolate", ["linear"], ["sqrt", ["coalesce", ["get", "count"], 0]], 0, 4.5, 2, 8, 6, 15];

const LAYERS: readonly LayerSpecification[] = [
  { id: "department-area-fill", source: AREA, type: "fill", paint: { "fill-color": COLOUR, "fill-opacity": 0.08 } },
  { id: "department-area-line", source: AREA, type: "line", paint: { "line-color": COLOUR, "line-width": 2.5, "line-dasharray": [3, 1.5] } },
  {
    id: ROWS_POINT,
    source: ROWS,
    type: "circle",
    paint: { "circle-radius": SIZE, "circle-color": LATE, "circle-opacity": 0.85, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 },
  },
  {
    id: "department-rows-count",
    source: ROWS,
    type: "symbol",
    filter: [">", ["coalesce", ["get", "count"], 0], 1],
    layout: { "text-field": ["to-string", ["get", "count"]], "text-font": FONT_BOLD, "text-size": 11, "text-allow-overlap": true },
    paint: { "text-color": "#fff" },
  },
  {
    id: "department-rows-pointed",
    source: ROWS,
    type: "circle",
    filter: ["==", ["get", "key"], ""],
    paint: { "circle-radius": ["+", 6, SIZE], "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": COLOUR, "circle-stroke-width": 3 },
  },
];
const pick: LayerSpecification = { id: PICK, source: GRIDS, "source-layer": GRIDS, type: "fill", paint: { "fill-opacity": 0 } };
const BELOW = "mark-ring";

export function attachDepartment(city: CityMap): () => void {
  let end: (() => void) | null = null;
  const start = (): void => {
    end = made(city);
  };
  if (city.map.getSource(MARKS)) start();
  else city.map.once("style.load", start);
  return () => {
    city.map.off("style.load", start);
    end?.();
  };
}

function made(city: CityMap): () => void {
  const { map } = city;
  for (const id of [AREA, ROWS]) map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  const grids = map.getSource(GRIDS) ? [pick] : [];
  for (const layer of [...grids, ...LAYERS]) map.addLayer(layer, "source" in layer && layer.source !== ROWS && map.getLayer(OPEN_HEAT) ? OPEN_HEAT : BELOW);
  const put = (id: string, features: readonly Feature[]): void => void (map.getSource(id) as GeoJSONSource).setData({ type: "FeatureCollection", features: [...features] });

  let fitted = "";
  const endings = [
    effect(() => {
      const shape = askedShape();
      put(AREA, shape ? [{ type: "Feature", properties: {}, geometry: shape }] : []);
      // A new question is brought into sight, once.
      const key = shape ? JSON.stringify(departmentView.value.area) : "";
      if (shape && key !== fitted && departmentView.value.part === "query") {
        const box = boundsOfPositions(positions(shape));
        if (box) city.fit(box);
      }
      fitted = key;
    }),
    effect(() => lookAt(city, scopeZones.value)),
    effect(() => {
      const { part, area } = departmentView.value;
      if (part === "query") shownZones.value = area?.kind === "zones" ? [...area.zones] : [];
    }),
    effect(() => put(ROWS, shownFeatures.value)),
    effect(() => {
      map.setFilter("department-rows-pointed", ["==", ["get", "key"], pointedKey.value ?? ""]);
    }),
  ];

  const hit = ({ point: { x, y } }: MapMouseEvent, layers: string[]) => {
    const box: [[number, number], [number, number]] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    return map.queryRenderedFeatures(box, { layers: layers.filter((id) => map.getLayer(id)) })[0];
  };
  const onPoint = (event: MapMouseEvent): void => {
    if (picking.peek() || desk.drawing.peek() || shownFeatures.peek().length === 0) return;
    const key = hit(event, [ROWS_POINT])?.properties["key"] as string | undefined;
    if (key !== undefined) map.getCanvas().style.cursor = "pointer";
    if (pointedKey.peek() !== (key ?? null)) pointedKey.value = key ?? null;
  };
  const onClick = (event: MapMouseEvent): void => {
    if (picking.peek() || desk.drawing.peek()) return;
    const key = hit(event, [ROWS_POINT])?.properties["key"] as string | undefined;
    if (key !== undefined) {
      pressed.value = { key, round: (pressed.peek()?.round ?? 0) + 1 };
      return;
    }
    if (departmentView.peek().part !== "query" || areaWay.peek() !== "zones") return;
    const code = map.queryRenderedFeatures(event.point, { layers: [PICK] })[0]?.properties["code"] as string | number | undefined;
    if (code !== undefined) toggleZone({ layer: GRIDS, code: String(code) });
  };
  map.on("mousemove", onPoint);
  map.on("click", onClick);
  return () => {
    for (const stop of endings) stop();
    map.off("mousemove", onPoint);
    map.off("click", onClick);
    for (const { id } of [pick, ...LAYERS]) if (map.getLayer(id)) map.removeLayer(id);
    for (const id of [AREA, ROWS]) if (map.getSource(id)) map.removeSource(id);
  };
}

/** Whose desk the map was brought to last; it stays where the reader puts it until that is another. */
let looked: string | null = null;
/** Zones of a scope that are asked for their bounds. */
const MOST_ZONES = 20;

function lookAt(city: CityMap, zones: readonly { layer: string; code: string }[]): void {
  const key = JSON.stringify(zones);
  if (key === looked) return;
  const first = looked === null;
  looked = key;
  // A link that says where to look, or what to look at, is heeded.
  if (first && (linkedPlace || selection.peek())) return;
  const { area } = departmentView.peek();
  // Zones that are asked about have no shape of their own; any other area is brought into sight with its answer.
  const sought = first && area ? (area.kind === "zones" ? area.zones : []) : zones;
  if (sought.length === 0) {
    if (!first) city.home();
    return;
  }
  void Promise.all(sought.slice(0, MOST_ZONES).map(({ layer, code }) => loadZone(layer, code, null)))
    .then((found) => {
      const box = boundsOfAll(found.map((zone) => zone.bounds));
      if (box && looked === key) city.fit(box);
    })
    .catch((cause: unknown) => console.warn("zones:", cause));
}

/** The area as the server understood it; before it has answered, what was drawn. */
function askedShape(): Geometry | null {
  const { part, area } = departmentView.value;
  if (part !== "query" || area === null) return null;
  if (answer.value?.area) return answer.value.area;
  return area.kind === "polygon" ? polygonOf(area.corners) : null;
}

function positions(shape: Geometry): Position[] {
  if (shape.type === "Polygon") return shape.coordinates.flat();
  if (shape.type === "MultiPolygon") return shape.coordinates.flat(2);
  return [];
}
