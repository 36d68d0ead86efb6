/** Puts the open incidents on the map for the dispatcher's desk, and takes them off again. */
import { computed, effect } from "@preact/signals";
import type { GeoJSONSource, MapMouseEvent, VectorTileSource } from "maplibre-gl";
import { base, queryString } from "../api/client";
import type { LonLat } from "../api/types";
import * as desk from "../dispatch/state";
import { news } from "../dispatch/live";
import { filterQuery } from "../dispatch/question";
import { lang } from "../i18n";
import { shownFeatures } from "../department/state";
import { categories, departmentView, deskView, incidentsVersion, page, picking, visibleLayers } from "../state/store";
import { hasDesk } from "../state/url";
import type { CityMap } from "./controller";
import { attachTasks } from "./dispatch_tasks";
import { OPEN, OPEN_CLOCKS, OPEN_CLUSTERS, OPEN_HEAT, OPEN_LAYERS, OPEN_SINGLES, PULSES, addOpenIcons, openLayers, openSource } from "./dispatch_style";
import { addSpider, atOnePlace, SPIDER_POINTS } from "./spider";
import { MARKS } from "./style";

const REACH_PX = 6;
/** Symbols no farther apart than this lie at one place. */
const ONE_PLACE_PX = 3;
const DEEPEST = 16;
/** Marks lie above everything of the desk. */
const BELOW = "mark-ring";

/** Beside facilities or places of a table, circles of counted incidents would only be in the way. */
const crowds = computed(() => {
  const { part } = departmentView.value;
  // Repeat places of an area are dots with numbers as well: one kind at a time.
  return page.value !== "department" || (CROWDED.has(part) && (part !== "query" || shownFeatures.value.length === 0));
});
const CROWDED: ReadonlySet<string> = new Set(["incidents", "grids", "query"]);

const address = (): string => `${base}tiles/open_incidents/{z}/{x}/{y}.mvt${queryString(filterQuery({ ...desk.filter.value, handled: false }))}`;

export function attachDispatch(city: CityMap): () => void {
  const { map } = city;
  let end: (() => void) | null = null;
  const start = (): void => {
    end = made(city);
  };
  if (map.getSource(MARKS)) start();
  else map.once("style.load", start);
  return () => {
    map.off("style.load", start);
    end?.();
  };
}

function made({ map }: CityMap): () => void {
  addOpenIcons(map);
  map.addSource(OPEN, openSource(address(), 0, DEEPEST));
  map.addSource(PULSES, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of openLayers(lang.peek(), categories.peek())) map.addLayer(layer, BELOW);

  const endTasks = attachTasks(map, OPEN_HEAT);
  const spider = addSpider(map);
  const source = (): VectorTileSource => map.getSource(OPEN) as VectorTileSource;
  let asked = address();
  const endings = [
    effect(() => {
      const next = address();
      if (next === asked) return;
      asked = next;
      source().setTiles([next]);
    }),
    effect(() => {
      if (incidentsVersion.value > 0) map.refreshTiles(OPEN);
    }),
    effect(() => {
      const { heat } = deskView.value;
      const shown = visibleLayers.value.has("incidents");
      for (const id of OPEN_LAYERS) {
        const crowd = crowds.value;
        const on = shown && desk.drawsOpen.value && (id === OPEN_HEAT ? heat && crowd : id === OPEN_CLUSTERS ? !heat && crowd : true);
        map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
      }
    }),
    effect(() => {
      for (const layer of openLayers(lang.value, categories.value)) {
        const text = layer.type === "symbol" ? layer.layout?.["text-field"] : undefined;
        if (text !== undefined) map.setLayoutProperty(layer.id, "text-field", text);
      }
    }),
    effect(() => {
      const features = news.value.map(({ place }) => ({ type: "Feature" as const, properties: {}, geometry: { type: "Point" as const, coordinates: place } }));
      (map.getSource(PULSES) as GeoJSONSource).setData({ type: "FeatureCollection", features });
    }),
  ];

  const under = ({ point: { x, y } }: MapMouseEvent, layers: string[]) => {
    const box: [[number, number], [number, number]] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    return map.queryRenderedFeatures(box, { layers });
  };
  const hit = (event: MapMouseEvent) => under(event, [SPIDER_POINTS])[0] ?? under(event, [OPEN_SINGLES, OPEN_CLOCKS, OPEN_CLUSTERS])[0];
  /** Several at the place under the pointer, which no zoom would tell apart. */
  const several = (event: MapMouseEvent) => {
    if (under(event, [SPIDER_POINTS]).length > 0) return [];
    const found = under(event, [OPEN_SINGLES]).flatMap((feature) => {
      if (feature.geometry.type !== "Point") return [];
      return [{ feature, number: String(feature.properties["number"]), ...map.project(feature.geometry.coordinates as LonLat) }];
    });
    return atOnePlace(found, ONE_PLACE_PX).map((one) => one.feature);
  };
  const onPoint = (event: MapMouseEvent): void => {
    if (picking.peek() || desk.drawing.peek()) {
      map.getCanvas().style.cursor = "crosshair";
      return;
    }
    const found = hit(event);
    const number = found?.properties["number"] as string | undefined;
    map.getCanvas().style.cursor = found ? "pointer" : "";
    if (desk.pointed.peek() !== (number ?? null)) desk.pointed.value = number === undefined ? null : String(number);
  };
  const onClick = (event: MapMouseEvent): void => {
    if (!hasDesk(page.peek()) || picking.peek() || desk.drawing.peek()) return;
    const crowd = several(event);
    if (crowd.length > 1) return spider.open(crowd);
    const found = hit(event);
    if (!found || found.geometry.type !== "Point") return spider.close();
    const number = found.properties["number"] as string | undefined;
    if (number !== undefined) desk.openIncident(String(number));
    else map.easeTo({ center: found.geometry.coordinates as LonLat, zoom: Math.min(map.getZoom() + 2, DEEPEST + 1) });
  };
  const onOut = (): void => void (desk.pointed.value = null);
  map.on("mousemove", onPoint);
  map.on("click", onClick);
  map.on("mouseout", onOut);
  return () => {
    for (const stop of endings) stop();
    map.off("mousemove", onPoint);
    map.off("click", onClick);
    map.off("mouseout", onOut);
    map.getCanvas().style.cursor = "";
    endTasks();
    spider.end();
    for (const id of [...OPEN_LAYERS, PULSES]) if (map.getLayer(id)) map.removeLayer(id);
    for (const id of [OPEN, PULSES]) if (map.getSource(id)) map.removeSource(id);
    desk.pointed.value = null;
  };
}
