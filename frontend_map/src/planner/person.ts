/** Who is at the desk: the account; where nobody signs in, a name remembered in this browser. */
import { computed, effect, signal } from "@preact/signals";
import { me, saysWho, signedIn } from "../state/session";

const STORED = "gridgov.planner_name";

function stored(): string {
  try {
    return localStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
}

/** The name as it was typed. */
export const typedPerson = signal(stored());
/** Whether the name is the account's, and nothing is to be typed. */
export const personKnown = computed(() => signedIn.value && !saysWho.value);
export const person = computed(() => (personKnown.value ? (me.value?.name ?? "") : typedPerson.value));

export const who = (): string => person.value.trim();

effect(() => {
  try {
    localStorage.setItem(STORED, typedPerson.value);
  } catch {
    // Private windows without storage: the name lasts as long as the page.
  }
});
