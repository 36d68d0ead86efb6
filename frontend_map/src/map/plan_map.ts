/** A plan on the map: made when a plan is opened, then following the desk. Repaints only what a step touched. */
import { effect } from "@preact/signals";
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";
import type { PlanZone } from "../api/plans";
import { number } from "../format";
import { t } from "../i18n";
import { balanceOf } from "../planner/balance";
import { COLOURS, colouring, recolour } from "../planner/colouring";
import { boundsOf } from "../planner/geometry";
import { NOWHERE, type Draft, type Touched } from "../planner/measures";
import * as desk from "../planner/state";
import { zoneMark } from "../planner/words";
import { BELOW, CHANGED, COUNTS, DRAWN, EDGES, FILL, HATCH, LABELS, PLAN_SOURCES, TAKEN, UNITS, planGround, planImages, planSources, planTop } from "./plan_style";

export interface LabelFeature {
  code: string;
  count: string;
  balance: string;
  locked: boolean;
  order: number;
}

export class PlanMap {
  private readonly ends: (() => void)[] = [];
  private colours = new Map<number, number>();
  private drawnFor: Draft | null = null;
  /** Units, and borders, that are drawn as chosen. */
  private readonly strong = { units: new Set<number>(), edges: new Set<number>() };
  /** A division that is only looked at. */
  private preview: Preview | null = null;
  private gathered: ReadonlySet<number> = new Set();

  constructor(readonly map: MapLibre) {
    for (const { name, image, ratio } of planImages()) if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: ratio });
    for (const [id, source] of Object.entries(planSources())) map.addSource(id, source);
    for (const layer of planGround()) map.addLayer(layer, BELOW);
    for (const layer of planTop()) map.addLayer(layer);
    this.ends.push(desk.onTouched((touched) => this.repaint(touched)));
    this.follow(() => this.shapes());
    this.follow(() => this.all());
    this.follow(() => this.mark());
    this.follow(() => this.gather());
    this.follow(() => this.drawn());
    this.follow(() => void this.map.setFilter(TAKEN, ["==", ["get", "code"], desk.building.value ?? ""]));
    this.follow(() => void this.source(CHANGED)?.setData(desk.compared.value ?? { type: "FeatureCollection", features: [] }));
  }

  private follow(act: () => void): void {
    this.ends.push(effect(act));
  }

  remove(): void {
    for (const end of this.ends) end();
    for (const { id } of [...planGround(), ...planTop()]) if (this.map.getLayer(id)) this.map.removeLayer(id);
    for (const id of PLAN_SOURCES) if (this.map.getSource(id)) this.map.removeSource(id);
  }

  private source(id: string): GeoJSONSource | undefined {
    return this.map.getSource(id);
  }

  // --- the whole plan ----------------------------------------------------------------------------------------------

  private shapes(): void {
    const read = desk.shapes.value;
    const here = desk.draft.peek();
    if (!read || !here) return;
    void this.source(UNITS)?.setData(unitFeatures(read.units));
    void this.source(EDGES)?.setData(edgeFeatures(here, read.edges));
    const counts = read.places.flatMap((coordinates, unit): Feature[] => {
      const households = here.data.units.households[unit]!;
      return households === 0 ? [] : [{ type: "Feature", properties: { households }, geometry: { type: "Point", coordinates } }];
    });
    void this.source(COUNTS)?.setData({ type: "FeatureCollection", features: counts });
    this.map.removeFeatureState({ source: UNITS });
    this.map.removeFeatureState({ source: EDGES });
    this.strong.units.clear();
    this.strong.edges.clear();
  }

  /** Another draft, other colours: everything is painted. */
  private all(): void {
    const here = desk.draft.value;
    void desk.colourMode.value;
    void desk.shapes.value;
    const preview = desk.preview.value;
    if (!here) return;
    this.drawnFor = here;
    this.colours = colouring(here);
    this.preview = preview && previewOf(here, preview);
    for (let unit = 0; unit < here.size; unit++) this.paintUnit(here, unit);
    for (let edge = 0; edge < here.data.edges.a.length; edge++) this.paintEdge(here, edge);
    this.labels();
    this.locks(here);
    this.mark();
  }

  private paintUnit(here: Draft, unit: number): void {
    const c = this.preview?.fill.get(unit) ?? fillOf(here, unit, desk.colourMode.peek(), this.colours);
    this.map.setFeatureState({ source: UNITS, id: unit }, { c });
  }

  private paintEdge(here: Draft, edge: number): void {
    const { a, b } = here.data.edges;
    const zones = this.preview?.zone;
    const border = zones ? (zones.get(a[edge]!) ?? here.zoneOf[a[edge]!]) !== (zones.get(b[edge]!) ?? here.zoneOf[b[edge]!]) : here.isBorder(edge);
    const was = here.baseOf[a[edge]!] !== here.baseOf[b[edge]!];
    this.map.setFeatureState({ source: EDGES, id: edge }, { b: border ? 1 : 0, w: was && !border && desk.colourMode.peek() === "change" ? 1 : 0 });
  }

  // --- what a step touched -----------------------------------------------------------------------------------------

  private repaint(touched: Touched): void {
    const here = desk.draft.peek();
    if (!here || here !== this.drawnFor) return;
    const mode = desk.colourMode.peek();
    const changed = recolour(here, this.colours, touched.zones);
    const units = new Set(touched.units);
    // By balance a whole grid changes its colour, but only where its class changed does the map repaint.
    if (mode === "balance") for (const zone of touched.zones) for (const unit of here.sumsOf(zone).units) units.add(unit);
    if (mode === "grid") for (const zone of changed) for (const unit of here.sumsOf(zone).units) units.add(unit);
    for (const unit of units) this.paintUnit(here, unit);
    for (const edge of touched.edges) this.paintEdge(here, edge);
    this.relabel(touched.zones);
    if ([...touched.zones].some((zone) => isLocked(here, zone)) || touched.units.length === 0) this.locks(here);
    if (desk.chosen.peek().some((zone) => touched.zones.has(zone))) this.mark();
  }

  private labels(): void {
    const here = desk.draft.peek();
    const read = desk.shapes.peek();
    if (here && read) void this.source(LABELS)?.setData(this.preview ? previewLabels(here, read, this.preview.zone) : labelFeatures(here, read));
  }

  private relabel(zones: Iterable<number>): void {
    const remove: number[] = [];
    const add: Feature[] = [];
    const here = desk.draft.peek();
    const read = desk.shapes.peek();
    if (!here || !read) return;
    for (const zone of zones) {
      if (zone === NOWHERE) continue;
      const made = label(here, read, zone);
      if (made) add.push(made);
      else remove.push(zone);
    }
    void this.source(LABELS)?.updateData({ add, remove });
  }

  private locks(here: Draft): void {
    const units: number[] = [];
    for (const zone of here.zones.values()) if (zone.lock !== "none") units.push(...here.sumsOf(zone.number).units);
    this.map.setFilter(HATCH, ["in", ["id"], ["literal", units]]);
  }

  /** Strong borders and fill of the chosen grids, and of the one pointed at in a table; nothing while another division is looked at. */
  private mark(): void {
    const here = desk.draft.value;
    const pointed = desk.pointed.value;
    const chosen = desk.preview.value ? [] : [...desk.chosen.value, ...(pointed === null ? [] : [pointed])];
    if (!here) return;
    const units = new Set<number>();
    const edges = new Set<number>();
    for (const zone of chosen) {
      for (const unit of here.sumsOf(zone).units) {
        units.add(unit);
        for (let at = here.start[unit]!; at < here.start[unit + 1]!; at++) if (here.zoneOf[here.other[at]!] !== zone) edges.add(here.edge[at]!);
      }
    }
    this.strengthen(UNITS, this.strong.units, units);
    this.strengthen(EDGES, this.strong.edges, edges);
  }

  private strengthen(source: string, was: Set<number>, next: ReadonlySet<number>): void {
    for (const id of was) if (!next.has(id)) this.map.setFeatureState({ source, id }, { s: 0 });
    for (const id of next) if (!was.has(id)) this.map.setFeatureState({ source, id }, { s: 1 });
    was.clear();
    for (const id of next) was.add(id);
  }

  private gather(): void {
    const next = desk.gathered.value;
    for (const unit of this.gathered) if (!next.has(unit)) this.map.setFeatureState({ source: UNITS, id: unit }, { g: 0 });
    for (const unit of next) if (!this.gathered.has(unit)) this.map.setFeatureState({ source: UNITS, id: unit }, { g: 1 });
    this.gathered = next;
  }

  /** The line being drawn and the keyboard's cursor. */
  private drawn(): void {
    const features: Feature[] = [];
    const line = desk.line.value;
    const next = desk.lineNext.value;
    const cursor = desk.cursor.value;
    const shape = cursor === null ? undefined : desk.shapes.value?.units[cursor];
    if (shape) features.push({ type: "Feature", properties: { kind: "cursor" }, geometry: shape });
    const path = next && line.length > 0 ? [...line, next] : line;
    if (path.length > 1) features.push({ type: "Feature", properties: { kind: "line" }, geometry: { type: "LineString", coordinates: [...path] } });
    for (const at of line) features.push({ type: "Feature", properties: { kind: "vertex" }, geometry: { type: "Point", coordinates: at } });
    if (next) features.push({ type: "Feature", properties: { kind: "next" }, geometry: { type: "Point", coordinates: next } });
    void this.source(DRAWN)?.setData({ type: "FeatureCollection", features });
  }
}

interface Preview {
  zone: ReadonlyMap<number, number>;
  /** Colour by unit: by balance, as the draft itself. */
  fill: ReadonlyMap<number, number>;
}

function previewOf(here: Draft, zone: ReadonlyMap<number, number>): Preview {
  const households = new Map<number, number>();
  for (const [unit, own] of zone) households.set(own, (households.get(own) ?? 0) + here.data.units.households[unit]!);
  const fill = new Map<number, number>();
  for (const [unit, own] of zone) fill.set(unit, FILL[balanceOf(households.get(own)!, desk.band.peek(), here.zones.get(own)?.exempt ?? false)]);
  return { zone, fill };
}

function isLocked(here: Draft, zone: number): boolean {
  return (here.zones.get(zone)?.lock ?? "none") !== "none";
}

/** Number of a unit's colour. */
export function fillOf(here: Draft, unit: number, mode: desk.ColourMode, colours: ReadonlyMap<number, number>): number {
  const zone = here.zoneOf[unit]!;
  if (mode === "change") return zone === here.baseOf[unit] ? FILL.stays : FILL.moved;
  if (zone === NOWHERE) return -1;
  if (mode === "grid") return (colours.get(zone) ?? zone) % COLOURS;
  return FILL[balanceOf(here.sumsOf(zone).households, desk.band.peek(), here.zones.get(zone)?.exempt ?? false)];
}

export const unitFeatures = (units: readonly Feature["geometry"][], properties: (unit: number) => Record<string, unknown> = () => ({})): FeatureCollection => ({
  type: "FeatureCollection",
  features: units.map((geometry, unit) => ({ type: "Feature", id: unit, properties: properties(unit), geometry })),
});

export function edgeFeatures(here: Draft, edges: readonly Position[][], properties: (edge: number) => Record<string, unknown> = () => ({})): FeatureCollection {
  const { a, b } = here.data.edges;
  const { community } = here.data.units;
  return {
    type: "FeatureCollection",
    features: edges.flatMap((coordinates, edge): Feature[] =>
      coordinates.length < 2
        ? []
        : [
            {
              type: "Feature",
              id: edge,
              properties: { community: community[a[edge]!] === community[b[edge]!] ? 0 : 1, ...properties(edge) },
              geometry: { type: "LineString", coordinates },
            },
          ],
    ),
  };
}

type Read = NonNullable<typeof desk.shapes.value>;

export const labelFeatures = (here: Draft, read: Read): FeatureCollection => ({
  type: "FeatureCollection",
  features: here.numbers().flatMap((zone) => label(here, read, zone) ?? []),
});

/** Labels of a division that is only looked at; grids that do not exist yet have no number. */
function previewLabels(here: Draft, read: Read, zones: ReadonlyMap<number, number>): FeatureCollection {
  const units = new Map<number, number[]>();
  for (let unit = 0; unit < here.size; unit++) {
    const zone = zones.get(unit) ?? here.zoneOf[unit]!;
    if (zone !== NOWHERE) units.set(zone, [...(units.get(zone) ?? []), unit]);
  }
  return {
    type: "FeatureCollection",
    features: [...units].flatMap(([zone, own]) => {
      const households = own.reduce((sum, unit) => sum + here.data.units.households[unit]!, 0);
      return placed(read, zone, own, households, here.zones.get(zone) ?? null) ?? [];
    }),
  };
}

function label(here: Draft, read: Read, zone: number): Feature | null {
  const attributes = here.zones.get(zone);
  const { units, households } = here.sumsOf(zone);
  return attributes ? placed(read, zone, units, households, attributes) : null;
}

/** The label stands in the unit nearest to the middle of its grid. */
function placed(read: Read, zone: number, units: Iterable<number>, households: number, attributes: PlanZone | null): Feature | null {
  const own = [...units];
  const box = boundsOf(own.map((unit) => read.units[unit]!));
  if (!box) return null;
  const middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  let best: Position = middle;
  let least = Infinity;
  for (const unit of own) {
    const place = read.places[unit]!;
    const away = Math.hypot(place[0]! - middle[0]!, place[1]! - middle[1]!);
    if (away < least) [least, best] = [away, place];
  }
  const exempt = attributes?.exempt ?? false;
  const properties: LabelFeature = {
    code: attributes ? zoneMark(attributes) : t("plan.new"),
    count: sign(households, exempt),
    balance: balanceOf(households, desk.band.peek(), exempt),
    locked: (attributes?.lock ?? "none") !== "none",
    order: -households,
  };
  return { type: "Feature", id: zone, properties: { ...properties }, geometry: { type: "Point", coordinates: best } };
}

/** Households, with a mark where they are outside the band: colour alone would not do. */
function sign(households: number, exempt: boolean): string {
  const balance = balanceOf(households, desk.band.peek(), exempt);
  return `${balance === "above" ? "▲" : balance === "below" ? "▼" : ""}${number(households)}`;
}
