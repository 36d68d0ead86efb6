/** Proposals asked for, on their way, and to choose from. */
import { batch, effect, signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { cancelProposals, loadProposals, startProposals, type Proposal, type ProposalJob } from "../api/plans";
import { say, t } from "../i18n";
import { asApiError } from "../parts/load";
import { announcement } from "../state/store";
import { hinder, idsOf, mayChange, tell } from "./actions";
import type { Draft } from "./measures";
import * as desk from "./state";
import { perform } from "./sync";

export interface Asked {
  plan: string;
  job: string;
  revision: number;
  communities: string[];
  progress: number;
  running: boolean;
}

export const asked = signal<Asked | null>(null);
export const offered = signal<readonly Proposal[]>([]);
export const refusedJob = signal<ApiError | null>(null);
export const chosenProposal = signal<number | null>(null);

export interface Options {
  /** Code of a community, `*` for all, null where none was chosen yet. */
  where: string | null;
  seconds: number;
  roads: number;
  compactness: number;
  stay: number;
  /** In percent; 100: no limit. */
  budget: number;
  seed: number;
}

/** Units (by identifier) that must share a grid, or must not. */
export interface Link {
  kind: "must" | "cannot";
  units: readonly [number, number];
}
export const links = signal<readonly Link[]>([]);

/** Links the units gathered on the map: one after the other, or each with each. */
export function linkGathered(kind: Link["kind"]): void {
  const here = desk.draft.value;
  const units = here ? idsOf(here, desk.gathered.value) : [];
  if (units.length < 2) return hinder(t("propose.gather_two"));
  const pairs = kind === "must" ? units.slice(1).map((unit, at): Link["units"] => [units[at]!, unit]) : units.flatMap((a, at) => units.slice(at + 1).map((b): Link["units"] => [a, b]));
  const known = new Set(links.value.map((link) => `${link.kind} ${link.units.join(" ")}`));
  batch(() => {
    links.value = [...links.value, ...pairs.filter((pair) => !known.has(`${kind} ${pair.join(" ")}`)).map((pair) => ({ kind, units: pair }))];
    desk.gathered.value = new Set();
  });
}

/** The division to look at on the map: that of the proposal pointed at. */
effect(() => {
  const here = desk.draft.value;
  const one = desk.deskTab.value === "proposals" ? offered.value.find((each) => each.number === chosenProposal.value) : undefined;
  desk.preview.value =
    here && one
      ? new Map(
          one.assignment.units.flatMap((id, at): [number, number][] => {
            const unit = here.indexOf.get(id);
            return unit === undefined ? [] : [[unit, one.assignment.zones[at]!]];
          }),
        )
      : null;
});

export const options = signal<Options>({ where: null, seconds: 5, roads: 1, compactness: 1, stay: 1, budget: 100, seed: 1 });

const POLL_MS = 400;

export async function propose(communities: string[]): Promise<void> {
  const plan = desk.plan.value;
  const here = desk.draft.value;
  if (!plan || !here || communities.length === 0 || !mayChange()) return;
  batch(() => {
    offered.value = [];
    refusedJob.value = null;
    chosenProposal.value = null;
  });
  const locked = [...here.zones.values()].filter((zone) => zone.lock !== "none").map((zone) => zone.number);
  try {
    const { budget, where: _, ...wishes } = options.value;
    const { job, revision } = await startProposals(plan.code, communities, {
      ...wishes,
      band: plan.band,
      locked,
      must_link: links.value.filter((link) => link.kind === "must").map((link) => [...link.units]),
      cannot_link: links.value.filter((link) => link.kind === "cannot").map((link) => [...link.units]),
      change_budget: budget < 100 ? budget / 100 : null,
    });
    asked.value = { plan: plan.code, job, revision, communities, progress: 0, running: true };
    await follow(plan.code, job);
  } catch (cause) {
    batch(() => {
      asked.value = null;
      refusedJob.value = asApiError(cause);
    });
  }
}

async function follow(code: string, job: string): Promise<void> {
  for (;;) {
    const now: ProposalJob = await loadProposals(code, job);
    if (asked.value?.job !== job) return;
    const running = now.state === "running";
    asked.value = { ...asked.value, progress: now.progress, running };
    if (!running) {
      offered.value = now.proposals;
      refusedJob.value = now.failure ? new ApiError(409, "impossible-proposal", say(now.failure)) : null;
      announcement.value = now.state === "done" ? t("propose.done", { n: now.proposals.length }) : t(`propose.${now.state === "failed" ? "failed" : "cancelled"}`);
      if (now.state !== "done" && now.proposals.length === 0) asked.value = null;
      return;
    }
    await new Promise((resolve) => window.setTimeout(resolve, POLL_MS));
  }
}

export async function cancel(): Promise<void> {
  const now = asked.value;
  if (!now) return;
  asked.value = null;
  await cancelProposals(now.plan, now.job).catch((cause: unknown) => console.warn("proposals:", cause));
}

export function forget(): void {
  batch(() => {
    asked.value = null;
    offered.value = [];
    chosenProposal.value = null;
    refusedJob.value = null;
  });
}

/** Takes a proposal over, as one step that can be undone. */
export function accept(proposal: Proposal): void {
  const here = desk.draft.value;
  if (!here || !mayChange()) return;
  const { units, zones } = proposal.assignment;
  const to = new Map<number, number[]>();
  const moves: { unit: number; zone: number }[] = [];
  units.forEach((id, at) => {
    const unit = here.indexOf.get(id);
    const zone = zones[at]!;
    if (unit === undefined || here.zoneOf[unit] === zone) return;
    moves.push({ unit, zone });
    // Grids that do not exist yet have no number here before the server gives it.
    if (here.zones.has(zone)) to.set(zone, [...(to.get(zone) ?? []), unit]);
  });
  if (moves.length === 0) return hinder(t("propose.same"));
  perform(
    { kind: "assign", units: idsOf(here, moves.map((one) => one.unit)), zones: moves.map((one) => one.zone) },
    [...to].map(([zone, list]) => ({ units: list, to: zone })),
    () => tell(t("propose.accepted", { n: proposal.number })),
    asked.value?.revision,
  );
  forget();
}

/** Colours of a proposal for a small map: neighbours differ, in order of appearance. */
export function paintedBy(here: Draft, proposal: Proposal, colours: number): { unit: number; colour: number; moved: boolean }[] {
  const zone = new Map<number, number>();
  proposal.assignment.units.forEach((id, at) => {
    const unit = here.indexOf.get(id);
    if (unit !== undefined) zone.set(unit, proposal.assignment.zones[at]!);
  });
  const around = new Map<number, Set<number>>();
  for (const [unit, own] of zone) {
    const set = around.get(own) ?? new Set();
    for (let at = here.start[unit]!; at < here.start[unit + 1]!; at++) {
      const other = zone.get(here.other[at]!);
      if (other !== undefined && other !== own) set.add(other);
    }
    around.set(own, set);
  }
  const colour = new Map<number, number>();
  for (const own of [...around.keys()].toSorted((a, b) => a - b)) {
    const taken = new Set([...around.get(own)!].map((other) => colour.get(other)));
    let next = own % colours;
    for (let tries = 0; tries < colours && taken.has(next); tries++) next = (next + 1) % colours;
    colour.set(own, next);
  }
  return [...zone].map(([unit, own]) => ({ unit, colour: colour.get(own)!, moved: here.zoneOf[unit] !== own }));
}
