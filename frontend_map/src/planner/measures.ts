/**
 * A plan in the browser: units, the borders between them, and which zone each unit is in. Sums of a zone are kept as
 * units move, so that judging a move costs what the move touches, not what the city has. Pure: no page, no server.
 *
 * A zone's area is the sum of its units'; its perimeter the sum of theirs less twice the borders inside.
 */
import type { Band, PlanUnits, PlanZone } from "../api/plans";

/** Stands for "in no zone". */
export const NOWHERE = 0;

export interface Sums {
  units: Set<number>;
  households: number;
  residents: number;
  buildings: number;
  incidents: number;
  facilities: number;
  area: number;
  perimeter: number;
  /** Households of the zone in the base edition; of units that came, and of those that left. */
  before: number;
  movedIn: number;
  movedOut: number;
  /** Metres of its borders with other zones: all, and those along streets, rails and water. */
  border: number;
  followed: number;
  /** Units per community. */
  communities: Map<number, number>;
}

export interface ZoneMeasures {
  number: number;
  units: number;
  households: number;
  residents: number;
  buildings: number;
  incidents: number;
  facilities: number;
  area: number;
  before: number;
  movedIn: number;
  movedOut: number;
  inBand: boolean;
  connected: boolean;
  insideCommunity: boolean;
  /** 4πA/P²: 1 is a circle; 0 for a zone without units. */
  compactness: number;
  /** Share of its borders with other zones along streets, rails and water; null where it has none. */
  followed: number | null;
}

/** What is counted per zone beside households. */
export type Counted = "residents" | "buildings" | "incidents" | "facilities";

/** What a move touched: for the map to repaint, and nothing else. */
export interface Touched {
  units: number[];
  edges: number[];
  zones: Set<number>;
}

/** From this class of border upwards something runs along it. */
const STREET = 2;

const nothing = (): Sums => ({
  units: new Set(),
  households: 0,
  residents: 0,
  buildings: 0,
  incidents: 0,
  facilities: 0,
  area: 0,
  perimeter: 0,
  before: 0,
  movedIn: 0,
  movedOut: 0,
  border: 0,
  followed: 0,
  communities: new Map(),
});

export class Draft {
  readonly size: number;
  readonly ids: readonly number[];
  /** Unit id → index. */
  readonly indexOf: ReadonlyMap<number, number>;
  readonly zoneOf: Int32Array;
  readonly baseOf: Int32Array;
  /** Attributes of the zones by number. */
  readonly zones = new Map<number, PlanZone>();
  private readonly sums = new Map<number, Sums>();
  /** Rows of borders: those of unit `i` are `edge[start[i] .. start[i + 1])`, leading to `other`. */
  readonly start: Int32Array;
  readonly other: Int32Array;
  readonly edge: Int32Array;
  private readonly whole = new Map<number, boolean>();
  movedHouseholds = 0;
  movedUnits = 0;

  constructor(readonly data: PlanUnits) {
    const { units, edges } = data;
    this.size = units.id.length;
    this.ids = units.id;
    this.indexOf = new Map(units.id.map((id, index) => [id, index]));
    this.zoneOf = Int32Array.from(units.zone, (zone) => zone ?? NOWHERE);
    this.baseOf = Int32Array.from(units.base_zone, (zone) => zone ?? NOWHERE);
    for (const zone of data.zones) this.zones.set(zone.number, zone);

    const degree = new Int32Array(this.size + 1);
    const m = edges.a.length;
    for (let e = 0; e < m; e++) {
      degree[edges.a[e]! + 1]!++;
      degree[edges.b[e]! + 1]!++;
    }
    for (let i = 0; i < this.size; i++) degree[i + 1]! += degree[i]!;
    this.start = degree.slice();
    this.other = new Int32Array(2 * m);
    this.edge = new Int32Array(2 * m);
    const next = degree;
    for (let e = 0; e < m; e++) {
      const [a, b] = [edges.a[e]!, edges.b[e]!];
      const [at, back] = [next[a]!++, next[b]!++];
      this.other[at] = b;
      this.edge[at] = e;
      this.other[back] = a;
      this.edge[back] = e;
    }
    for (let i = 0; i < this.size; i++) this.count(i, this.zoneOf[i]!, 1);
    for (let e = 0; e < m; e++) this.countEdge(e);
    for (let i = 0; i < this.size; i++) this.countBase(i);
  }

  // --- reading ---------------------------------------------------------------------------------------------------

  sumsOf(zone: number): Sums {
    let found = this.sums.get(zone);
    if (!found) this.sums.set(zone, (found = nothing()));
    return found;
  }

  /** Numbers of the zones that exist now, without the dissolved. */
  numbers(): number[] {
    return [...this.zones.values()].filter((zone) => !zone.dissolved).map((zone) => zone.number);
  }

  /** Whether a border between units is one of zones. */
  isBorder(edge: number): boolean {
    return this.zoneOf[this.data.edges.a[edge]!] !== this.zoneOf[this.data.edges.b[edge]!];
  }

  /** What of the base edition's zone is counted: its people and what is there, as of now. Reads every unit once. */
  baseOfZone(zone: number): Record<Counted, number> {
    const { units } = this.data;
    const found = { residents: 0, buildings: 0, incidents: 0, facilities: 0 };
    for (let unit = 0; unit < this.size; unit++) {
      // A unit that was cut is in no zone: its pieces count for it.
      if (this.baseOf[unit] !== zone || this.zoneOf[unit] === NOWHERE) continue;
      found.residents += units.residents[unit]!;
      found.buildings += units.buildings[unit]!;
      found.incidents += units.incidents_year[unit] ?? 0;
      found.facilities += units.facilities[unit] ?? 0;
    }
    return found;
  }

  neighbourZones(zone: number): Set<number> {
    const found = new Set<number>();
    for (const unit of this.sumsOf(zone).units) {
      for (let at = this.start[unit]!; at < this.start[unit + 1]!; at++) {
        const there = this.zoneOf[this.other[at]!]!;
        if (there !== zone && there !== NOWHERE && this.data.edges.length_m[this.edge[at]!]! > 0) found.add(there);
      }
    }
    return found;
  }

  /** Whether a zone holds together by the borders that may join; walks the zone only, once after each change. */
  isConnected(zone: number): boolean {
    const known = this.whole.get(zone);
    if (known !== undefined) return known;
    const { units } = this.sumsOf(zone);
    const answer = units.size === 0 || this.partOf(units.values().next().value!).size === units.size;
    this.whole.set(zone, answer);
    return answer;
  }

  /** The units that hang together with this one inside its zone. */
  partOf(unit: number): Set<number> {
    const zone = this.zoneOf[unit]!;
    const seen = new Set([unit]);
    const queue = [unit];
    for (let here = queue.pop(); here !== undefined; here = queue.pop()) {
      for (let at = this.start[here]!; at < this.start[here + 1]!; at++) {
        const next = this.other[at]!;
        if (this.zoneOf[next] !== zone || seen.has(next) || !this.data.edges.joined[this.edge[at]!]) continue;
        seen.add(next);
        queue.push(next);
      }
    }
    return seen;
  }

  measure(zone: number, band: Band): ZoneMeasures {
    const s = this.sumsOf(zone);
    return {
      number: zone,
      units: s.units.size,
      households: s.households,
      residents: s.residents,
      buildings: s.buildings,
      incidents: s.incidents,
      facilities: s.facilities,
      area: s.area,
      before: s.before,
      movedIn: s.movedIn,
      movedOut: s.movedOut,
      inBand: s.units.size > 0 && s.households >= band.min && s.households <= band.max,
      connected: this.isConnected(zone),
      insideCommunity: s.communities.size <= 1,
      compactness: compactness(s.area, s.perimeter),
      followed: s.border > 0 ? s.followed / s.border : null,
    };
  }

  // --- changing --------------------------------------------------------------------------------------------------

  /** Moves units to a zone; what is there already is left out. Costs what the units and their borders are. */
  move(units: Iterable<number>, to: number): Touched {
    const touched: Touched = { units: [], edges: [], zones: new Set([to]) };
    for (const unit of units) {
      const from = this.zoneOf[unit]!;
      if (from === to) continue;
      touched.units.push(unit);
      touched.zones.add(from);
      this.countBase(unit, -1);
      this.count(unit, from, -1);
      this.countEdges(unit, -1);
      this.zoneOf[unit] = to;
      this.count(unit, to, 1);
      this.countEdges(unit, 1);
      this.countBase(unit);
      for (let at = this.start[unit]!; at < this.start[unit + 1]!; at++) touched.edges.push(this.edge[at]!);
    }
    for (const zone of touched.zones) this.whole.delete(zone);
    return touched;
  }

  private count(unit: number, zone: number, sign: 1 | -1): void {
    const { units } = this.data;
    const s = this.sumsOf(zone);
    if (sign > 0) s.units.add(unit);
    else s.units.delete(unit);
    s.households += sign * units.households[unit]!;
    s.residents += sign * units.residents[unit]!;
    s.buildings += sign * units.buildings[unit]!;
    s.incidents += sign * (units.incidents_year[unit] ?? 0);
    s.facilities += sign * (units.facilities[unit] ?? 0);
    s.area += sign * units.area_m2[unit]!;
    s.perimeter += sign * units.perimeter_m[unit]!;
    const community = units.community[unit]!;
    const left = (s.communities.get(community) ?? 0) + sign;
    if (left > 0) s.communities.set(community, left);
    else s.communities.delete(community);
  }

  private countEdges(unit: number, sign: 1 | -1): void {
    for (let at = this.start[unit]!; at < this.start[unit + 1]!; at++) this.countEdge(this.edge[at]!, sign);
  }

  private countEdge(edge: number, sign: 1 | -1 = 1): void {
    const { a, b, length_m, barrier } = this.data.edges;
    const [one, two] = [this.zoneOf[a[edge]!]!, this.zoneOf[b[edge]!]!];
    const length = sign * length_m[edge]!;
    if (one === two) {
      this.sumsOf(one).perimeter -= 2 * length;
      return;
    }
    // Towards land in no zone there is no border of zones.
    if (one === NOWHERE || two === NOWHERE) return;
    for (const zone of [one, two]) {
      const s = this.sumsOf(zone);
      s.border += length;
      if (barrier[edge]! >= STREET) s.followed += length;
    }
  }

  /** Households moved from the base edition. */
  private countBase(unit: number, sign: 1 | -1 = 1): void {
    const [base, now] = [this.baseOf[unit]!, this.zoneOf[unit]!];
    const households = sign * this.data.units.households[unit]!;
    if (now === NOWHERE) return;
    if (base !== NOWHERE) this.sumsOf(base).before += households;
    if (base === now) return;
    this.movedHouseholds += households;
    this.movedUnits += sign;
    this.sumsOf(now).movedIn += households;
    this.sumsOf(base).movedOut += households;
  }
}

/** Polsby-Popper from square metres and metres. */
export const compactness = (area: number, perimeter: number): number =>
  perimeter > 0 ? Math.min(1, (4 * Math.PI * area) / (perimeter * perimeter)) : 0;
