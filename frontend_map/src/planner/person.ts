/** Who is at the desk: a name, remembered in this browser. */
import { effect, signal } from "@preact/signals";

const STORED = "gridgov.planner_name";

function stored(): string {
  try {
    return localStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
}

export const person = signal(stored());

export const who = (): string => person.value.trim();

effect(() => {
  try {
    localStorage.setItem(STORED, person.value);
  } catch {
    // Private windows without storage: the name lasts as long as the page.
  }
});
