/** Zones coloured by their figures; the pointer and a press are shared with the table. */
import { effect } from "@preact/signals";
import type { ExpressionSpecification, FilterSpecification, MapMouseEvent, Map as MapLibre } from "maplibre-gl";
import { classOf } from "../rankings/classes";
import { answer, classes, pointed, setRankings, shownOf } from "../rankings/state";
import { linkedPlace, rankingsView } from "../state/store";
import { loadZone } from "../api/zones";
import type { CityMap } from "./controller";
import { MARKS } from "./style";
import { NOTHING } from "./zones";

const IDS = ["ranking-fill", "ranking-none", "ranking-lines", "ranking-pointed-casing", "ranking-pointed", "ranking-chosen"] as const;
const HATCH = "ranking-hatch";
const CLEAR = "rgba(0,0,0,0)";

/** Slanting lines: where there is no value, whatever the colours mean. */
function hatch(): ImageData {
  const size = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "rgba(240,240,238,0.85)";
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = "rgba(90,100,106,0.55)";
  pen.lineWidth = 2;
  for (const from of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(from, size);
    pen.lineTo(from + size, 0);
    pen.stroke();
  }
  return pen.getImageData(0, 0, size, size);
}

export function attachRankings(city: CityMap): () => void {
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
  if (!map.hasImage(HATCH)) map.addImage(HATCH, hatch(), { pixelRatio: 2 });
  let layer = "";
  let fitted: string | null = null;
  const endings = [
    effect(() => {
      const shown = answer.value;
      const wanted = shown && map.getSource(shown.layer) ? shown.layer : "";
      if (wanted !== layer) {
        removeAll(map);
        layer = wanted;
        if (layer) addAll(map, layer);
      }
      if (layer && shown) paint(map);
    }),
    effect(() => {
      const codes = pointed.value;
      void answer.value;
      only(map, ["ranking-pointed-casing", "ranking-pointed"], codes);
    }),
    effect(() => {
      void answer.value;
      only(map, ["ranking-chosen"], rankingsView.value.zone);
    }),
    effect(() => {
      // The map goes down and up with the table, and otherwise stays where the reader put it.
      const within = answer.value?.within ?? null;
      const key = within?.code ?? "";
      if (!answer.value || key === fitted) return;
      const first = fitted === null;
      fitted = key;
      if (within) void loadZone(within.layer, within.code, null).then((zone) => city.fit(zone.bounds)).catch((cause: unknown) => console.warn("zone:", cause));
      // A link that says where to look is heeded; without one, the whole city is seen.
      else if (!first || !linkedPlace) city.home();
    }),
  ];
  const at = (event: MapMouseEvent): string | null => {
    if (!layer) return null;
    const found = map.queryRenderedFeatures(event.point, { layers: ["ranking-fill"] })[0];
    return (found?.properties["code"] as string | undefined) ?? null;
  };
  const move = (event: MapMouseEvent): void => {
    pointed.value = at(event);
    map.getCanvas().style.cursor = pointed.value ? "pointer" : "";
  };
  const leave = (): void => void (pointed.value = null);
  const press = (event: MapMouseEvent): void => {
    const code = at(event);
    setRankings({ zone: code === rankingsView.value.zone ? null : code });
  };
  map.on("mousemove", move);
  map.on("mouseout", leave);
  map.on("click", press);
  return () => {
    map.off("mousemove", move);
    map.off("mouseout", leave);
    map.off("click", press);
    map.getCanvas().style.cursor = "";
    for (const one of endings) one();
    removeAll(map);
    pointed.value = null;
  };
}

function removeAll(map: MapLibre): void {
  for (const id of IDS) if (map.getLayer(id)) map.removeLayer(id);
}

function addAll(map: MapLibre, source: string): void {
  const common = { source, "source-layer": source } as const;
  // Under the borders and names of zones, above streets.
  const below = map.getStyle().layers.find((one) => one.id.endsWith("-band"))?.id;
  map.addLayer({ ...common, id: "ranking-fill", type: "fill", paint: { "fill-color": CLEAR, "fill-opacity": 0.82 } }, below);
  map.addLayer({ ...common, id: "ranking-none", type: "fill", filter: NOTHING, paint: { "fill-pattern": HATCH } }, below);
  map.addLayer({ ...common, id: "ranking-lines", type: "line", filter: NOTHING, paint: { "line-color": "#ffffff", "line-width": 1.2, "line-opacity": 0.9 } }, below);
  map.addLayer({ ...common, id: "ranking-chosen", type: "line", filter: NOTHING, layout: { "line-join": "round" }, paint: { "line-color": "#14202a", "line-width": 3.5 } }, "mark-ring");
  map.addLayer({ ...common, id: "ranking-pointed-casing", type: "line", filter: NOTHING, layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-width": 6 } }, "mark-ring");
  map.addLayer({ ...common, id: "ranking-pointed", type: "line", filter: NOTHING, layout: { "line-join": "round" }, paint: { "line-color": "#d0310b", "line-width": 3 } }, "mark-ring");
}

function paint(map: MapLibre): void {
  const rows = (answer.value?.rows ?? []).filter((row) => row.zone && !row.ended);
  const colours: string[] = [];
  const empty: string[] = [];
  for (const row of rows) {
    const value = shownOf(row);
    const found = value === null ? undefined : classOf(classes.value, value);
    if (found) colours.push(row.zone!.code, found.colour);
    else empty.push(row.zone!.code);
  }
  const fill = colours.length > 0 ? (["match", ["get", "code"], ...colours, CLEAR] as unknown as ExpressionSpecification) : CLEAR;
  map.setPaintProperty("ranking-fill", "fill-color", fill);
  map.setFilter("ranking-fill", among(rows.map((row) => row.zone!.code)));
  map.setFilter("ranking-none", among(empty));
  map.setFilter("ranking-lines", among(rows.map((row) => row.zone!.code)));
}

const among = (codes: readonly string[]): FilterSpecification => (codes.length > 0 ? ["in", ["get", "code"], ["literal", [...codes]]] : NOTHING);

function only(map: MapLibre, ids: readonly string[], code: string | null): void {
  for (const id of ids) if (map.getLayer(id)) map.setFilter(id, code === null ? NOTHING : ["==", ["get", "code"], code]);
}
