/** The tools of the planner's desk, each with its key. */
import type { GlyphName } from "../parts/Glyph";

export const TOOLS = ["select", "paint", "split", "divide", "merge", "border", "transfer", "create", "dissolve", "rename", "lock"] as const;
export type Tool = (typeof TOOLS)[number];

interface Looks {
  /** A letter of the keyboard; also by its place (`event.code`), where the layout has other letters. */
  key: string;
  glyph: GlyphName;
  /** Works at once on the selected grid, instead of waiting for the map. */
  instant: boolean;
}

export const TOOL: Readonly<Record<Tool, Looks>> = {
  select: { key: "V", glyph: "pointer", instant: false },
  paint: { key: "P", glyph: "brush", instant: false },
  split: { key: "S", glyph: "split", instant: false },
  divide: { key: "D", glyph: "divide", instant: true },
  merge: { key: "M", glyph: "merge", instant: false },
  border: { key: "B", glyph: "border", instant: false },
  transfer: { key: "T", glyph: "house", instant: false },
  create: { key: "C", glyph: "create", instant: false },
  dissolve: { key: "X", glyph: "dissolve", instant: true },
  rename: { key: "R", glyph: "rename", instant: true },
  lock: { key: "L", glyph: "lock", instant: true },
};

/** Tools that draw a line. */
export const draws = (tool: Tool): boolean => tool === "split" || tool === "border";

const BY_KEY = new Map(TOOLS.map((tool) => [TOOL[tool].key.toLowerCase(), tool]));

/** The letter a key stands for: what it prints if that is a Latin letter, else its place on the keyboard. */
export function letterOf(event: Pick<KeyboardEvent, "key" | "code">): string {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(event.code);
  return place && !/^[\x20-\x7e]$/.test(event.key) ? place[1]!.toLowerCase() : event.key.toLowerCase();
}

export const toolOf = (letter: string): Tool | null => BY_KEY.get(letter) ?? null;
