/** The map: made once, then following the signals. Panels never touch MapLibre themselves. */
import { effect } from "@preact/signals";
import {
  Map as MapLibre,
  ScaleControl,
  setWorkerUrl,
  type GeoJSONSource,
  type MapMouseEvent,
  type RequestParameters,
  type VectorTileSource,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Feature } from "geojson";
import { base } from "../api/client";
import type { Bounds, City, Layer, LonLat } from "../api/types";
import { daysAgo } from "../format";
import { lang, t } from "../i18n";
import { CONTEXT_LAYERS } from "../state/layers";
import * as store from "../state/store";
import { hasDesk } from "../state/url";
import { addIcons } from "./icons";
import { CLUSTER_LAYER, SINGLE_LAYER, singleFilter } from "./incidents";
import { movedPlace, movedPoints, chosenMove } from "../state/rules_desk";
import { MOVES, MOVE_CLUSTERS, MOVE_LAYERS, MOVE_POINTS } from "./moves";
import { OPEN } from "./dispatch_style";
import { freeArea } from "./room";
import { MARKS, buildStyle, tileJson } from "./style";
import { NOTHING, shownLayerIds, zoneLayerIds } from "./zones";

setWorkerUrl(workerUrl);

const CLICK_REACH_PX = 6;
const INCIDENT_ZOOM = 16;
/** Pages whose map has a pointer of its own. */
const OWN_POINTER: ReadonlySet<string> = new Set(["planner", "dispatch", "department", "rankings"]);

export class CityMap {
  readonly map: MapLibre;
  private readonly zones: readonly Layer[];
  /** True once the style may be changed. */
  private styled = false;

  /** Throws where there is no WebGL 2. */
  constructor(
    container: HTMLElement,
    private readonly city: City,
    layers: readonly Layer[],
  ) {
    this.zones = layers.filter((layer) => layer.kind !== "context");
    const start = store.camera.value;
    this.map = new MapLibre({
      container,
      style: buildStyle(layers, lang.value),
      center: start ? [start.lon, start.lat] : city.centre,
      zoom: start?.zoom ?? city.zoom,
      minZoom: 7,
      maxZoom: 20,
      maxBounds: grown(city.bounds, 0.6),
      // Ours (panels/Attribution) speaks both languages and is never folded away.
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
      transformRequest: (url) => this.request(url),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.map.on("style.load", () => this.onStyle());
    this.map.on("moveend", () => this.onMove());
    this.map.on("click", (event) => this.onClick(event));
    this.map.on("mousemove", (event) => this.onPoint(event));
    this.map.on("error", (event) => this.onError(event.error));
    this.map.once("idle", () => {
      store.mapState.value = "ready";
      document.body.dataset["ready"] = "1";
    });
    this.follow();
  }

  // --- what the signals ask for ----------------------------------------------------------------------------------

  private follow(): void {
    let spoken = lang.value;
    effect(() => {
      if (lang.value === spoken) return;
      spoken = lang.value;
      this.applyLanguage();
    });
    effect(() => this.map.getCanvas().setAttribute("aria-label", t("map.label")));
    effect(() => {
      void store.visibleLayers.value;
      void store.page.value;
      void store.openPlan.value;
      this.applyVisibility();
    });
    effect(() => {
      void store.shownZones.value;
      void store.pointedZone.value;
      this.applyShownZones();
    });
    effect(() => {
      void store.filter.value;
      this.applyIncidentFilter();
    });
    effect(() => this.applyMarks());
    effect(() => this.applyMoves());
    this.reloadOn(() => `${store.editionDate.value}`, this.zones.map((layer) => layer.code));
    this.reloadOn(() => `${store.showsFinished.value} ${store.incidentsVersion.value}`, ["incidents"]);
  }

  /** Reads the tiles of these sources again whenever `key` changes. */
  private reloadOn(key: () => string, sources: readonly string[]): void {
    let known = key();
    effect(() => {
      const now = key();
      if (now === known) return;
      known = now;
      for (const id of sources) (this.map.getSource(id) as VectorTileSource | undefined)?.setUrl(tileJson(id));
    });
  }

  private onStyle(): void {
    addIcons(this.map);
    this.styled = true;
    this.applyLanguage();
    this.applyAll();
  }

  private applyAll(): void {
    this.applyVisibility();
    this.applyShownZones();
    this.applyIncidentFilter();
    this.applyMarks();
    this.applyMoves();
  }

  private applyLanguage(): void {
    if (!this.styled) return;
    for (const layer of buildStyle(this.zones, lang.value).layers) {
      const text = layer.type === "symbol" ? layer.layout?.["text-field"] : undefined;
      if (text !== undefined) this.map.setLayoutProperty(layer.id, "text-field", text);
    }
  }

  private show(id: string, visible: boolean): void {
    if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
  }

  private applyVisibility(): void {
    if (!this.styled) return;
    const visible = store.visibleLayers.value;
    // A plan draws its grids itself.
    const drawing = store.page.value === "planner" && store.openPlan.value !== null;
    for (const { code, kind } of this.zones) {
      for (const id of zoneLayerIds(code)) this.show(id, visible.has(code) && !(drawing && kind !== "region"));
    }
    for (const id of [CLUSTER_LAYER, SINGLE_LAYER]) this.show(id, visible.has("incidents") && store.page.value === "map");
    for (const layer of this.map.getStyle().layers) {
      const source = "source" in layer ? layer.source : "";
      if ((CONTEXT_LAYERS as readonly string[]).includes(source)) this.show(layer.id, visible.has(source));
    }
  }

  private applyShownZones(): void {
    const pointed = store.pointedZone.value;
    const shown = pointed ? [pointed] : store.shownZones.value;
    if (!this.styled) return;
    for (const { code } of this.zones) {
      const codes = shown.filter((zone) => zone.layer === code).map((zone) => zone.code);
      const [fill, line] = shownLayerIds(code);
      // A dozen fills on one place would be mud: the base grid is filled, or the only zone shown.
      const filled = shown.length === 1 || this.zones.some((layer) => layer.code === code && layer.kind === "base_grid");
      this.showOnly(fill, filled ? codes : []);
      this.showOnly(line, codes);
    }
  }

  private showOnly(id: string | undefined, codes: readonly string[]): void {
    if (!id || !this.map.getLayer(id)) return;
    this.map.setFilter(id, codes.length > 0 ? ["in", ["get", "code"], ["literal", codes]] : NOTHING);
    this.show(id, codes.length > 0);
  }

  private applyIncidentFilter(): void {
    const { states, period } = store.filter.value;
    if (!this.styled || !this.map.getLayer(SINGLE_LAYER)) return;
    this.map.setFilter(SINGLE_LAYER, singleFilter(states, period ? daysAgo(Number.parseInt(period, 10)) : null));
  }

  private applyMarks(): void {
    const features: Feature[] = [];
    const mark = (kind: string, place: LonLat | null): void => {
      if (place) features.push({ type: "Feature", properties: { kind }, geometry: { type: "Point", coordinates: place } });
    };
    const selected = store.selection.value;
    const onMap = store.page.value === "map" || hasDesk(store.page.value);
    mark("pointed", store.pointedPlace.value);
    mark("incident", onMap ? (selected?.type === "incident" ? store.selectedPlace.value : null) : (movedPlace.value as LonLat | null));
    mark("point", onMap && selected?.type === "point" && !store.reporting.value ? [selected.lon, selected.lat] : null);
    mark("draft", store.reporting.value && onMap ? store.draftPlace.value : store.locating.value ? store.locatePlace.value : null);
    for (const place of store.suspectPlaces.value) mark("suspect", place);
    if (!this.styled) return;
    (this.map.getSource(MARKS) as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
  }

  private applyMoves(): void {
    const points = movedPoints.value;
    if (!this.styled) return;
    (this.map.getSource(MOVES) as GeoJSONSource | undefined)?.setData(points ?? { type: "FeatureCollection", features: [] });
    for (const id of MOVE_LAYERS) this.show(id, points !== null);
  }

  // --- what the reader does --------------------------------------------------------------------------------------

  private onMove(): void {
    const centre = this.map.getCenter();
    store.camera.value = { lon: centre.lng, lat: centre.lat, zoom: this.map.getZoom() };
    const bounds = this.map.getBounds();
    store.mapBounds.value = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  private incidentAt(event: MapMouseEvent) {
    const { x, y } = event.point;
    const wanted = store.page.value === "rules" ? [MOVE_POINTS, MOVE_CLUSTERS] : [CLUSTER_LAYER, SINGLE_LAYER];
    const layers = wanted.filter((id) => this.map.getLayer(id));
    return this.map.queryRenderedFeatures(
      [
        [x - CLICK_REACH_PX, y - CLICK_REACH_PX],
        [x + CLICK_REACH_PX, y + CLICK_REACH_PX],
      ],
      { layers },
    )[0];
  }

  private onPoint(event: MapMouseEvent): void {
    if (OWN_POINTER.has(store.page.value)) return;
    const pointer = store.picking.value ? "crosshair" : this.incidentAt(event) ? "pointer" : "";
    this.map.getCanvas().style.cursor = pointer;
  }

  private onClick(event: MapMouseEvent): void {
    if (OWN_POINTER.has(store.page.value) && !store.picking.value) return;
    const hit = store.picking.value ? undefined : this.incidentAt(event);
    const number = hit?.properties["number"] as string | undefined;
    if (number && store.page.value === "rules") {
      chosenMove.value = String(number);
    } else if (number) {
      store.selection.value = { type: "incident", number: String(number) };
    } else if (hit && hit.geometry.type === "Point") {
      this.map.easeTo({ center: hit.geometry.coordinates as LonLat, zoom: Math.min(this.map.getZoom() + 2, INCIDENT_ZOOM) });
    } else {
      this.take(event.lngLat.wrap().toArray());
    }
  }

  /** The keyboard's click: the centre of the map. */
  takeCentre(): void {
    this.take(this.map.getCenter().wrap().toArray());
  }

  private take([lon, lat]: [number, number]): void {
    // Seven decimals are the lattice on which the server decides.
    const place: LonLat = [Number(lon.toFixed(7)), Number(lat.toFixed(7))];
    if (store.reporting.value) store.placeDraft(place);
    else if (store.locating.value) store.locatePlace.value = place;
    else if (store.page.value === "map") store.ask(...place);
  }

  // --- moves on behalf of panels ---------------------------------------------------------------------------------

  home(): void {
    this.fit(this.city.bounds);
  }

  jump(camera: { lon: number; lat: number; zoom: number }): void {
    this.map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom });
  }

  fit(bounds: Bounds): void {
    this.map.fitBounds(bounds, { padding: this.padding(40), maxZoom: 17, duration: 500 });
  }

  /** Brings a place into the part of the map that no panel covers; stays where it is if it can be seen. */
  reveal(place: LonLat, zoom = 0): void {
    const inside = this.padding(24);
    const at = this.map.project(place);
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const seen = at.x > inside.left && at.x < width - inside.right && at.y > inside.top && at.y < height - inside.bottom;
    if (seen && this.map.getZoom() >= zoom) return;
    this.map.easeTo({
      center: place,
      zoom: Math.max(this.map.getZoom(), zoom),
      offset: [(inside.left - inside.right) / 2, (inside.top - inside.bottom) / 2],
      duration: 500,
    });
  }

  private padding(margin: number): { left: number; right: number; top: number; bottom: number } {
    const area = freeArea(this.map.getContainer());
    return { left: area.left + margin, right: area.right + margin, top: area.top + margin, bottom: area.bottom + margin };
  }

  zoomBy(step: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: 250 });
  }

  // --- requests --------------------------------------------------------------------------------------------------

  /** Zone tiles carry the edition's date, incident tiles the wanted states; the style itself stays the same. */
  private request(url: string): RequestParameters {
    const [path, set] = /tiles\/(\w+)\/\d+\/\d+\/\d+\.mvt/.exec(url) ?? [];
    // Tiles of the dispatcher's desk name their own filters.
    if (!path || !set || set === OPEN) return { url };
    // Always beside the page, whatever host name a proxy made the server believe.
    const address = base + path;
    if (set === "incidents") {
      // Revalidated each time: an incident reported a second ago must be seen.
      return { url: `${address}?state=${store.showsFinished.value ? "all" : "open"}`, cache: "no-cache" };
    }
    const date = store.editionDate.value;
    return { url: date && this.zones.some((layer) => layer.code === set) ? `${address}?at=${date}` : address };
  }

  private onError(error: unknown): void {
    const status = (error as { status?: number }).status;
    if (status === 404) return;
    console.warn("map:", error);
    store.tileTrouble.value = true;
  }
}

function grown([west, south, east, north]: Bounds, by: number): Bounds {
  return [west - by, south - by, east + by, north + by];
}
