/** Which control asks for which field of a step. Pure: what the server adds is asked for as a line of text. */
import type { CaseAction, StepFields } from "../api/cases";

export type Control = "text" | "line" | "organisation" | "organisations" | "enum" | "number" | "moment" | "attachments" | "guidance";

export interface FieldSpec {
  control: Control;
  /** Codes of an enumeration. */
  options?: readonly string[];
}

export const DIRECT_REPORT_REASONS = ["multi_department", "outside_list", "unclear_responsibility"] as const;
export const TIME_UNITS = ["work_day", "work_hour", "natural_day", "urgent_hour"] as const;
export const SATISFACTION = ["satisfied", "basic", "unsatisfied"] as const;

const SPECS: Readonly<Record<string, FieldSpec>> = {
  reason: { control: "text" },
  note: { control: "text" },
  text: { control: "text" },
  result: { control: "text" },
  lead: { control: "organisation" },
  supporting: { control: "organisations" },
  until: { control: "moment" },
  amount: { control: "number" },
  unit: { control: "enum", options: TIME_UNITS },
  into: { control: "line" },
  reference: { control: "line" },
  guidance: { control: "guidance" },
  // What there is to choose from comes with the case.
  condition: { control: "enum" },
  satisfaction: { control: "enum", options: SATISFACTION },
  level: { control: "enum", options: ["community", "street", "district"] },
  attachments: { control: "attachments" },
};

export function fieldSpec(action: string, field: string): FieldSpec {
  if (action === "direct_report" && field === "reason") return { control: "enum", options: DIRECT_REPORT_REASONS };
  return SPECS[field] ?? { control: "line" };
}

/** Said beside any step; nobody has to be asked for it. */
const BESIDE: ReadonlySet<string> = new Set(["note", "attachments"]);
/** Fields that a form shows at once; a moment instead of an amount is not asked for as well. */
export const shownFields = (action: CaseAction): string[] => [...action.needs, ...action.takes.filter((name) => !BESIDE.has(name) && name !== "until")];
/** What a form keeps folded. */
export const foldedFields = (action: CaseAction): string[] => action.takes.filter((name) => BESIDE.has(name));

/** Steps that are taken by one press: they ask nothing, or at most a reason, which is asked for when it turns out to be needed. */
export const instant = (action: CaseAction): boolean => shownFields(action).every((name) => name === "reason" && !action.needs.includes(name));

/** Fields without which the step cannot be taken. */
export function missing(action: Pick<CaseAction, "needs">, fields: StepFields): string[] {
  return action.needs.filter((name) => {
    const value = fields[name];
    if (Array.isArray(value)) return value.length === 0;
    return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
  });
}

/** Texts without blanks around them, nothing for what was left empty; nobody supporting is a word of its own. */
export function cleaned(fields: StepFields): StepFields {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") {
      if (value.trim()) kept[name] = value.trim();
    } else if (Array.isArray(value) ? value.length > 0 || name === "supporting" : value !== null && value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Single keys of frequent steps, printed on their buttons. */
export const STEP_KEYS: Readonly<Record<string, string>> = {
  a: "accept",
  v: "verify",
  f: "file",
  d: "dispatch",
  s: "start",
  b: "feed_back",
  c: "check_pass",
  e: "evaluate",
  o: "close",
  u: "supervise",
  m: "note",
};

export const keyOf = (action: string): string | null => Object.entries(STEP_KEYS).find(([, name]) => name === action)?.[0]?.toUpperCase() ?? null;

/** The way on first, then side paths, then what ends it: as a dispatcher looks for them. */
const RANK: readonly string[] = [
  "accept", "verify", "file", "dispatch", "sort", "adjudicate", "start", "feed_back", "check_pass", "evaluate", "close", "archive",
  "check_fail", "resume", "grant_extension", "refuse_extension", "self_handle", "answer_directly", "escalate", "direct_report", "transfer_110",
  "send_back", "hand_over", "object", "ask_extension", "suspend", "supervise", "merge", "reject", "cancel", "reopen", "note",
];

export const ranked = (actions: readonly CaseAction[]): CaseAction[] =>
  actions.toSorted((a, b) => (RANK.indexOf(a.action) + 1 || 99) - (RANK.indexOf(b.action) + 1 || 99));

/** Steps on the straight way to the close: the first that is allowed is the button to press. */
const FORWARD: ReadonlySet<string> = new Set(RANK.slice(0, 12));
export const isForward = (action: string): boolean => FORWARD.has(action);
/** Steps that end an incident without its being handled. */
export const isGrave = (action: string): boolean => ["reject", "cancel", "merge"].includes(action);
