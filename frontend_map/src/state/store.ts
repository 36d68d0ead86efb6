/** What the page knows, as signals. Panels read and write these; the map and the URL follow them. */
import { batch, computed, signal } from "@preact/signals";
import type { Category, City, Layer, LonLat, Bounds } from "../api/types";
import { lang } from "../i18n";
import { today } from "../format";
import { DEFAULT_DEPARTMENT, type DepartmentView } from "../department/address";
import { DEFAULT_DESK, type DeskView } from "../dispatch/address";
import { DEFAULT_RANKINGS, type RankingsView } from "../rankings/address";
import { draft } from "./draft";
import { defaultLayers } from "./layers";
import { DEFAULT_FILTER, DEFAULT_RULES, hasDesk, type Camera, type ListFilter, type Page, type RulesView, type Selection, type View } from "./url";
import { isOpen } from "./incidents";

// --- loaded once -------------------------------------------------------------------------------------------------
export const city = signal<City | null>(null);
export const cityLayers = signal<Layer[]>([]);
export const categories = signal<Category[]>([]);

// --- the view, mirrored in the URL -------------------------------------------------------------------------------
export const page = signal<Page>("map");
export const camera = signal<Camera | null>(null);
/** Whether the page was opened by a link that says where to look; asked before the address follows the map. */
export const linkedPlace = typeof location !== "undefined" && new URLSearchParams(location.search).has("map");
/** Chosen layers, or null for the default set. */
export const chosenLayers = signal<string[] | null>(null);
export const selection = signal<Selection | null>(null);
export const panel = signal<View["panel"]>(null);
export const reporting = signal(false);
export const at = signal<string | null>(null);
export const filter = signal<ListFilter>(DEFAULT_FILTER);
export const rulesView = signal<RulesView>(DEFAULT_RULES);
/** Code of the plan on the planner's desk. */
export const openPlan = signal<string | null>(null);
export const deskView = signal<DeskView>(DEFAULT_DESK);
export const departmentView = signal<DepartmentView>(DEFAULT_DEPARTMENT);
export const rankingsView = signal<RankingsView>(DEFAULT_RANKINGS);

// --- the moment --------------------------------------------------------------------------------------------------
export type MapState = "starting" | "ready" | "absent";
export const mapState = signal<MapState>("starting");
export const tileTrouble = signal(false);
export const helpOpen = signal(false);
/** What is on the screen, for "only what is on the map". */
export const mapBounds = signal<Bounds | null>(null);
/** A selection that came together with a camera, by link or back button: the map stays as that camera has it. */
export const restoredSelection = signal<Selection | null>(null);
/** Place of the report being written. */
export const draftPlace = signal<LonLat | null>(null);
/** Number of the incident that is being located. */
export const locateTarget = signal<string | null>(null);
/** Place chosen for it. */
export const locatePlace = signal<LonLat | null>(null);
/** Fallback places on the map while their list is open. */
export const suspectPlaces = signal<readonly LonLat[]>([]);
/** Place of the selected incident, once loaded. */
export const selectedPlace = signal<LonLat | null>(null);
/** Zones to draw strongly: those of the answer, or the selected one. */
export const shownZones = signal<readonly { layer: string; code: string }[]>([]);
/** The one under the pointer or focus in a panel. */
export const pointedZone = signal<{ layer: string; code: string } | null>(null);
/** Place of the list row under the pointer or focus. */
export const pointedPlace = signal<LonLat | null>(null);
/** Goes up when incidents changed here, so that list and tiles are read again. */
export const incidentsVersion = signal(0);
/** Something done, said over the map for a while. */
export const flash = signal<string | null>(null);
/** Why nothing was done, said in the same place. */
export const hindrance = signal<string | null>(null);
/** Read out politely by screen readers. */
export const announcement = signal("");

export const visibleLayers = computed(() => new Set(chosenLayers.value ?? defaultLayers(cityLayers.value)));
/** Whether the map has to show finished incidents too. */
export const showsFinished = computed(
  () => filter.value.states.length === 0 || filter.value.states.some((state) => state !== "open" && !isOpen(state)),
);
/** Whether a place is being chosen for an incident that has none to be believed. */
export const locating = computed(
  () => page.value === "map" && !reporting.value && panel.value === "locate" && locateTarget.value !== null,
);
/** Whether a click on the map means a place, not a question. */
export const picking = computed(() => (page.value === "map" || hasDesk(page.value)) && (reporting.value || locating.value));
export const editionDate = computed(() => (at.value && at.value !== today() ? at.value : null));

export function currentView(): View {
  return {
    page: page.value,
    lang: lang.value,
    camera: camera.value,
    layers: chosenLayers.value,
    selection: selection.value,
    panel: panel.value,
    reporting: reporting.value,
    at: at.value,
    filter: filter.value,
    rules: rulesView.value,
    plan: openPlan.value,
    desk: deskView.value,
    department: departmentView.value,
    rankings: rankingsView.value,
  };
}

export function applyView(view: View): void {
  batch(() => {
    page.value = view.page;
    lang.value = view.lang;
    camera.value = view.camera;
    chosenLayers.value = view.layers;
    selection.value = view.selection;
    restoredSelection.value = view.camera ? view.selection : null;
    panel.value = view.panel;
    reporting.value = view.reporting;
    at.value = view.at;
    filter.value = view.filter;
    rulesView.value = view.rules;
    openPlan.value = view.plan;
    deskView.value = view.desk;
    departmentView.value = view.department;
    rankingsView.value = view.rankings;
  });
}

export function toggleLayer(code: string): void {
  const next = new Set(visibleLayers.value);
  if (!next.delete(code)) next.add(code);
  const defaults = defaultLayers(cityLayers.value);
  const same = next.size === defaults.length && defaults.every((one) => next.has(one));
  chosenLayers.value = same ? null : [...next].toSorted();
}

/** Opens the answer to "why here" for a place. */
export function ask(lon: number, lat: number): void {
  const category = selection.value?.type === "point" ? selection.value.category : null;
  selection.value = { type: "point", lon, lat, category };
}

/** The report's place, taken from the map: what was typed before no longer counts. */
export function placeDraft(place: LonLat): void {
  batch(() => {
    draft.value = { ...draft.value, typed: null };
    draftPlace.value = place;
  });
}

/** Opens the form, with a place or a category that is known already. */
export function startReport(place: LonLat | null, category: string | null = null): void {
  batch(() => {
    if (place) placeDraft(place);
    if (category) draft.value = { ...draft.value, category };
    reporting.value = true;
  });
}

export function layerName(code: string): Layer["name"] | string {
  return cityLayers.value.find((layer) => layer.code === code)?.name ?? code;
}
