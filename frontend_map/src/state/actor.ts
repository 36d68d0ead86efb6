/**
 * Who is at work: a name, what they work as, and for whom.
 *
 * It follows the account. Where nobody signs in, or the account acts for others, it is said once and remembered here.
 */
import { computed, effect, signal } from "@preact/signals";
import type { HeldRole, Me } from "../api/session";
import { me, ownRoles, saysWho, signedIn } from "./session";

/** As in the server's `governance/access.py`; the program itself is nobody to be chosen. */
export const ROLES = [
  "acceptor",
  "dispatcher",
  "sorter",
  "supervisor",
  "officer",
  "grid_worker",
  "community_lead",
  "street_lead",
  "district_lead",
  "planner",
  "approver",
  "analyst",
  "administrator",
  "auditor",
] as const;
export type Role = (typeof ROLES)[number];

/** Part of every body that does something to an incident or a task. */
export interface ActorFields {
  by: string;
  role: Role;
  organisation: string | null;
}

const STORED = "gridgov.actor";

interface Stored {
  name: string;
  role: Role;
  organisation: string | null;
}

/** What the browser remembers; anything malformed counts as nothing. Pure. */
export function readActor(text: string | null, role: Role = "dispatcher"): Stored {
  const nobody: Stored = { name: "", role, organisation: null };
  if (text === null) return nobody;
  try {
    const found = JSON.parse(text) as Partial<Record<keyof Stored, unknown>> | null;
    return {
      name: typeof found?.name === "string" ? found.name.slice(0, 60) : "",
      role: ROLES.find((one) => one === found?.role) ?? role,
      organisation: typeof found?.organisation === "string" && found.organisation !== "" ? found.organisation : null,
    };
  } catch {
    return nobody;
  }
}

function stored(): Stored {
  try {
    return readActor(localStorage.getItem(STORED));
  } catch {
    return readActor(null);
  }
}

const start = stored();
export const actorName = signal(start.name);
export const actorRole = signal<Role>(start.role);
/** Code of the organisation worked for; null is none. */
export const actorOrganisation = signal<string | null>(start.organisation);

/** Which of the account's roles is worked in, where it has several. */
export const chosenRole = signal(0);
export const heldRole = computed<HeldRole | null>(() => ownRoles.value[chosenRole.value] ?? ownRoles.value[0] ?? null);

/** The account as requests say it; the server holds it against the session. Pure. */
export function accountActor(here: Me, held: HeldRole | null): ActorFields {
  return {
    by: here.name ?? "",
    role: held?.role ?? "officer",
    organisation: held?.scope.organisations[0]?.code ?? here.organisation?.code ?? null,
  };
}

/** The person as requests say it. */
export const actor = computed<ActorFields>(() =>
  signedIn.value && !saysWho.value ? accountActor(me.value!, heldRole.value) : { by: actorName.value.trim(), role: actorRole.value, organisation: actorOrganisation.value },
);
/** Whether it is known who is at work. */
export const known = computed(() => actor.value.by !== "");

effect(() => {
  const now: Stored = { name: actorName.value, role: actorRole.value, organisation: actorOrganisation.value };
  try {
    localStorage.setItem(STORED, JSON.stringify(now));
  } catch {
    // Private windows without storage: it lasts as long as the page.
  }
});

/** Another tab of this browser said who it is: the same person sits here. */
if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    if (event.key !== STORED) return;
    const now = readActor(event.newValue, actorRole.peek());
    actorName.value = now.name;
    actorRole.value = now.role;
    actorOrganisation.value = now.organisation;
  });
}
