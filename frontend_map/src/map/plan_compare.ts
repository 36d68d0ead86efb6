/** The base edition over the draft: a second map that follows the first, cut off at the slider. */
import { effect } from "@preact/signals";
import { Map as MapLibre } from "maplibre-gl";
import { colouring } from "../planner/colouring";
import { Draft } from "../planner/measures";
import * as desk from "../planner/state";
import { lang } from "../i18n";
import { cityLayers } from "../state/store";
import type { CityMap } from "./controller";
import { edgeFeatures, fillOf, labelFeatures, unitFeatures } from "./plan_map";
import { BELOW, CHANGED, EDGES, HATCH, LABEL, LABELS, UNITS, planGround, planSources, planTop } from "./plan_style";
import { buildStyle } from "./style";

/** Shows the base edition in a container over the map; returns how to end it. */
export function compareWithBase(city: CityMap, container: HTMLElement): () => void {
  const here = desk.draft.value;
  const read = desk.shapes.value;
  if (!here || !read) return () => undefined;
  const { units } = here.data;
  const base = new Draft({ ...here.data, units: { ...units, zone: units.base_zone } });
  const colours = colouring(base);
  const mode = desk.colourMode.peek() === "change" ? "balance" : desk.colourMode.peek();
  const style = buildStyle(
    cityLayers.value.filter((layer) => layer.kind === "region"),
    lang.value,
  );
  style.layers = style.layers.filter((layer) => !layer.id.startsWith("incident") && !layer.id.startsWith("cluster") && !layer.id.startsWith("move"));
  for (const id of ["incidents", "moves"]) delete style.sources[id];
  style.layers = style.layers.filter((layer) => !("source" in layer) || layer.source in style.sources);
  // What is switched off on the map is off here too.
  const shown = (id: string): boolean => !city.map.getLayer(id) || city.map.getLayoutProperty(id, "visibility") !== "none";
  style.layers = style.layers.map((layer) => (shown(layer.id) ? layer : ({ ...layer, layout: { ...("layout" in layer ? layer.layout : {}), visibility: "none" } } as typeof layer)));
  const sources = planSources();
  style.sources[UNITS] = { ...sources[UNITS]!, data: unitFeatures(read.units, (unit) => ({ c: fillOf(base, unit, mode, colours) })) } as (typeof style.sources)[string];
  style.sources[EDGES] = { ...sources[EDGES]!, data: edgeFeatures(base, read.edges, (edge) => ({ b: base.isBorder(edge) ? 1 : 0 })) } as (typeof style.sources)[string];
  // Locks are of the draft.
  const open = here.data.zones.filter((zone) => zone.base).map((zone) => ({ ...zone, lock: "none" as const, dissolved: false }));
  for (const zone of open) base.zones.set(zone.number, zone);
  style.sources[LABELS] = { ...sources[LABELS]!, data: labelFeatures(base, read) } as (typeof style.sources)[string];
  style.layers.push(...planTop().filter((layer) => layer.id === LABEL));
  const at = style.layers.findIndex((layer) => layer.id === BELOW);
  style.layers.splice(at, 0, ...planGround().filter((layer) => layer.id !== HATCH && !layer.id.startsWith(CHANGED)));

  const main = city.map;
  const second = new MapLibre({
    container,
    style,
    center: main.getCenter(),
    zoom: main.getZoom(),
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
  });
  const follow = (): void => void second.jumpTo({ center: main.getCenter(), zoom: main.getZoom() });
  main.on("move", follow);
  second.once("idle", () => (container.dataset["ready"] = "1"));
  const end = effect(() => {
    container.style.clipPath = `inset(0 ${(1 - desk.curtain.value) * 100}% 0 0)`;
  });
  return () => {
    end();
    main.off("move", follow);
    second.remove();
  };
}
