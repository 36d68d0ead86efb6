/** Filters kept under a name, in this browser. */
import { signal } from "@preact/signals";

export interface SavedFilter {
  name: string;
  /** As in a link. */
  text: string;
}

const STORED = "gridgov.dispatch_filters";
const MOST = 30;

/** Anything malformed is left out. Pure. */
export function readSaved(text: string | null): SavedFilter[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(found)) return [];
    return found
      .filter((one): one is SavedFilter => typeof one === "object" && one !== null && typeof (one as SavedFilter).name === "string" && typeof (one as SavedFilter).text === "string")
      .map(({ name, text: kept }) => ({ name: name.slice(0, 60), text: kept }))
      .slice(0, MOST);
  } catch {
    return [];
  }
}

/** A filter under a name that exists replaces the old one. Pure. */
export const withSaved = (all: readonly SavedFilter[], one: SavedFilter): SavedFilter[] => [...all.filter((each) => each.name !== one.name), one].slice(-MOST);

function stored(): SavedFilter[] {
  try {
    return readSaved(localStorage.getItem(STORED));
  } catch {
    return [];
  }
}

export const saved = signal<readonly SavedFilter[]>(stored());

export function keep(all: readonly SavedFilter[]): void {
  saved.value = all;
  try {
    localStorage.setItem(STORED, JSON.stringify(all));
  } catch {
    // Private windows without storage: they last as long as the page.
  }
}
