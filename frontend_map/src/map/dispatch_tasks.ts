/** Urgent tasks on the desk's map: grids by the state of their receipt, and an area being drawn. */
import { effect } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import * as desk from "../dispatch/state";
import { addCorner, corners, drawn, sides, taskShapes } from "../dispatch/tasks";

const TASK = "task-shapes";
const DRAWN = "task-drawn";

/** A receipt's state by colour, and by how strongly the grid is filled. */
const COLOUR: ExpressionSpecification = ["match", ["get", "state"], "done", "#24613c", "acknowledged", "#1a5a6c", "waiting", "#c47f10", "#5b6770"];
const STRENGTH: ExpressionSpecification = ["match", ["get", "state"], "done", 0.5, "acknowledged", 0.3, "waiting", 0.16, 0];

function layers(): LayerSpecification[] {
  return [
    { id: "task-fill", source: TASK, type: "fill", filter: ["==", ["get", "kind"], "grid"], paint: { "fill-color": COLOUR, "fill-opacity": STRENGTH } },
    { id: "task-line", source: TASK, type: "line", filter: ["==", ["get", "kind"], "grid"], paint: { "line-color": COLOUR, "line-width": 1.6 } },
    { id: "task-area", source: TASK, type: "line", filter: ["==", ["get", "kind"], "area"], paint: { "line-color": "#0b62c4", "line-width": 2, "line-dasharray": [3, 1.5] } },
    { id: "drawn-fill", source: DRAWN, type: "fill", filter: ["==", ["get", "part"], "area"], paint: { "fill-color": "#0b62c4", "fill-opacity": 0.15 } },
    { id: "drawn-line", source: DRAWN, type: "line", filter: ["!=", ["get", "part"], "corner"], paint: { "line-color": "#0b62c4", "line-width": 2.5, "line-dasharray": [2, 1] } },
    { id: "drawn-point", source: DRAWN, type: "circle", filter: ["==", ["get", "part"], "corner"], paint: { "circle-radius": 5, "circle-color": "#fff", "circle-stroke-color": "#0b62c4", "circle-stroke-width": 2.5 } },
  ];
}

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export function attachTasks(map: MapLibre, below: string): () => void {
  for (const id of [TASK, DRAWN]) map.addSource(id, { type: "geojson", data: EMPTY });
  for (const layer of layers()) map.addLayer(layer, below);
  const put = (id: string, data: FeatureCollection): void => void (map.getSource(id) as GeoJSONSource).setData(data);
  const endings = [
    effect(() => put(TASK, taskShapes.value ?? EMPTY)),
    effect(() => {
      const points = corners.value;
      const shape = drawn.value;
      const features: FeatureCollection["features"] = points.map((at) => ({ type: "Feature", properties: { part: "corner" }, geometry: { type: "Point", coordinates: at } }));
      if (shape) features.push({ type: "Feature", properties: { part: "area" }, geometry: shape });
      else if (points.length === 2 || (sides.value !== null && points.length > 1)) features.push({ type: "Feature", properties: { part: "side" }, geometry: { type: "LineString", coordinates: [...points] } });
      put(DRAWN, { type: "FeatureCollection", features });
    }),
    effect(() => {
      // A double click ends the area, it does not zoom.
      if (desk.drawing.value) map.doubleClickZoom.disable();
      else map.doubleClickZoom.enable();
      if (desk.drawing.value) map.getCanvas().style.cursor = "crosshair";
    }),
  ];
  const onClick = (event: MapMouseEvent): void => {
    if (desk.drawing.peek()) addCorner(event.lngLat.wrap().toArray());
  };
  const onDouble = (): void => void (desk.drawing.value = false);
  map.on("click", onClick);
  map.on("dblclick", onDouble);
  return () => {
    for (const stop of endings) stop();
    map.off("click", onClick);
    map.off("dblclick", onDouble);
    map.doubleClickZoom.enable();
    for (const layer of layers()) if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    for (const id of [TASK, DRAWN]) if (map.getSource(id)) map.removeSource(id);
  };
}
