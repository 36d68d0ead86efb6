/** The changes to rules collected before they are tried and put into force. Pure. */
import type { Change, Rule, RuleInput, RuleVersion } from "../api/rules";
import type { Text } from "../api/types";

/** A change, with the rule as it was read: what the change is compared with, and what a conflict is measured by. */
export interface Planned {
  change: Change;
  before: RuleVersion | null;
  /** Names of the codes in the change, as they were when it was made. */
  names: Readonly<Record<string, Text>>;
}

export interface ChangeSet {
  planned: readonly Planned[];
  past: readonly (readonly Planned[])[];
  future: readonly (readonly Planned[])[];
}

export const NO_CHANGES: ChangeSet = { planned: [], past: [], future: [] };
const STEPS = 100;

export const codeOf = (change: Change): string => (change.action === "save" ? change.rule.code : change.code);
export const changesOf = (set: ChangeSet): Change[] => set.planned.map((one) => one.change);
export const find = (set: ChangeSet, code: string): Planned | null => set.planned.find((one) => codeOf(one.change) === code) ?? null;

function step(set: ChangeSet, planned: readonly Planned[]): ChangeSet {
  return { planned, past: [...set.past, set.planned].slice(-STEPS), future: [] };
}

/** Adds a change; one to the same rule takes the place of the earlier one, and one that changes nothing drops it. */
export function plan(set: ChangeSet, next: Planned): ChangeSet {
  const code = codeOf(next.change);
  const at = set.planned.findIndex((one) => codeOf(one.change) === code);
  if (isNothing(next)) return at < 0 ? set : drop(set, code);
  return step(set, at < 0 ? [...set.planned, next] : set.planned.with(at, next));
}

export function drop(set: ChangeSet, code: string): ChangeSet {
  const left = set.planned.filter((one) => codeOf(one.change) !== code);
  return left.length === set.planned.length ? set : step(set, left);
}

export const clear = (set: ChangeSet): ChangeSet => (set.planned.length === 0 ? set : step(set, []));

export function undo(set: ChangeSet): ChangeSet {
  const before = set.past.at(-1);
  return before ? { planned: before, past: set.past.slice(0, -1), future: [set.planned, ...set.future] } : set;
}

export function redo(set: ChangeSet): ChangeSet {
  const [next, ...future] = set.future;
  return next ? { planned: next, past: [...set.past, set.planned], future } : set;
}

/** A rule as it would be written: the start of an edit. */
export function inputOf(rule: RuleVersion): RuleInput {
  return {
    code: rule.code,
    category: rule.category?.key ?? null,
    layer: rule.layer?.code ?? null,
    zone: rule.zone?.code ?? null,
    assign_to: rule.assign_to,
    organisation: rule.organisation?.code ?? null,
    supporting: rule.supporting.map((one) => one.code),
    priority: rule.priority,
    note: rule.note,
    valid_to: rule.valid_to,
  };
}

const FIELDS = ["category", "layer", "zone", "assign_to", "organisation", "supporting", "priority", "note", "valid_to"] as const;
export type RuleField = (typeof FIELDS)[number];

/** Fields in which two versions of a rule differ. */
export function differences(one: RuleInput, other: RuleInput): RuleField[] {
  return FIELDS.filter((field) => plain(field, one) !== plain(field, other));
}

function plain(field: RuleField, rule: RuleInput): string {
  const value = rule[field];
  if (field === "note") return JSON.stringify([rule.note?.zh || "", rule.note?.en || ""]);
  if (field === "valid_to") return String(rule.valid_to === null ? null : Date.parse(rule.valid_to));
  return JSON.stringify(value);
}

function isNothing({ change, before }: Planned): boolean {
  return change.action === "save" && before !== null && differences(change.rule, inputOf(before)).length === 0;
}

/** The first code of the city's own pattern (`R045` → `R046`) that no rule has. */
export function freeCode(codes: Iterable<string>): string {
  const taken = new Set(codes);
  const numbers = [...taken].flatMap((code) => (/^R\d+$/.test(code) ? [Number(code.slice(1))] : []));
  const width = Math.max(3, ...[...taken].filter((code) => /^R\d+$/.test(code)).map((code) => code.length - 1));
  return `R${String(Math.max(0, ...numbers) + 1).padStart(width, "0")}`;
}

/** The same change, measured from what now holds: "keep mine" after somebody else changed the rule. */
export function rebased(planned: Planned, now: Rule | null): Planned | null {
  const gone = now === null || now.state === "ended";
  if (planned.change.action === "remove") return gone ? null : { ...planned, before: now, change: { ...planned.change, version: now.version } };
  return { ...planned, before: gone ? null : now, change: { ...planned.change, version: gone ? null : now.version } };
}

/** Reads a stored set; what is malformed is forgotten. */
export function parseSet(text: string | null): ChangeSet {
  try {
    const value = JSON.parse(text ?? "null") as Partial<ChangeSet> | null;
    const good = (list: unknown): list is Planned[] =>
      Array.isArray(list) &&
      list.every((one: Partial<Planned>) => {
        const change = one.change as Partial<Record<string, unknown>> | undefined;
        const code = change?.["action"] === "save" ? (change["rule"] as RuleInput | undefined)?.code : change?.["code"];
        return typeof code === "string" && typeof one.names === "object" && one.names !== null;
      });
    if (!value || !good(value.planned)) return NO_CHANGES;
    const steps = (lists: unknown): Planned[][] => (Array.isArray(lists) && lists.every(good) ? lists : []);
    return { planned: value.planned, past: steps(value.past), future: steps(value.future) };
  } catch {
    return NO_CHANGES;
  }
}
