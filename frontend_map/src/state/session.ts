/** Who is signed in. Everything shown follows from it; the server decides again with every request. */
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, base, guardWith, unsigned } from "../api/client";
import { loadMe, signIn as askIn, signOut as askOut, type HeldRole, type Me, type Scope } from "../api/session";
import { say, t } from "../i18n";
import type { Role } from "./actor";

/** Null until the server has answered. */
export const me = signal<Me | null>(null);
export const meFailure = signal<ApiError | null>(null);
/** The session ended while the page stands: it stays as it is until somebody has signed in again. */
export const ended = signal(false);
/** Goes up when somebody has signed in again on a page that stands: what failed meanwhile is asked for anew. */
export const resumed = signal(0);

export const signedIn = computed(() => me.value?.signed_in ?? false);
/** Nobody signs in here. */
export const openMode = computed(() => me.value?.open ?? false);
/** Who acts is said in each request and taken at its word. */
export const saysWho = computed(() => me.value !== null && (me.value.open || me.value.on_behalf));

/** Whether the person may do something; the names are those of the server's table of permissions. */
export function may(permission: string): boolean {
  const here = me.value;
  return here !== null && (here.open || here.permissions.includes(permission));
}

export const displayName = computed(() => say(me.value?.display) || me.value?.name || "");

/** Grants of the same role as one, its scopes added up. Pure. */
export function merged(held: readonly HeldRole[]): HeldRole[] {
  const found = new Map<Role, Scope>();
  for (const { role, scope } of held) {
    const before = found.get(role);
    found.set(
      role,
      before
        ? {
            everything: before.everything || scope.everything,
            posts: (before.posts ?? false) || (scope.posts ?? false),
            regions: [...before.regions, ...scope.regions],
            organisations: [...before.organisations, ...scope.organisations],
            zones: [...before.zones, ...scope.zones],
          }
        : scope,
    );
  }
  return [...found].map(([role, scope]) => ({ role, scope }));
}

export const ownRoles = computed<readonly HeldRole[]>(() => merged(me.value?.roles ?? []));

/** A scope in words: "Fire brigade", "Zhonghan subdistrict and 2 others". Pure but for the language. */
export function scopeText(scope: Scope): string {
  if (scope.everything) return t("account.everything");
  const names = [...scope.organisations, ...scope.regions, ...scope.zones].map((one) => say(one.name) || one.code);
  if (names.length === 0) return t("account.no_scope");
  const shown = names.slice(0, 2).join(t("app.comma"));
  return names.length > 2 ? t("account.and_more", { names: shown, n: names.length - 2 }) : shown;
}

/** Tabs of one browser share the session: each tells the others when it changed. */
const CHANNEL = "gridgov.session";
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`${CHANNEL} ${base}`);

function take(found: Me): void {
  batch(() => {
    me.value = found;
    meFailure.value = null;
    if (found.signed_in || found.open) ended.value = false;
  });
  guardWith(found.csrf, renew);
}

/** Asks who is signed in. */
export async function readMe(): Promise<void> {
  try {
    take(await loadMe());
  } catch (cause) {
    meFailure.value = cause instanceof ApiError ? cause : new ApiError(0, "unexpected", String(cause));
  }
}

/** The session's token was refused. True if it is still the same person's and the request may be sent again. */
async function renew(): Promise<boolean> {
  const before = me.peek()?.name ?? null;
  const found = await loadMe().catch(() => null);
  if (found === null || !found.signed_in) return false;
  if (before !== null && found.name !== before) {
    restart();
    return false;
  }
  take(found);
  return true;
}

/** Somebody else's page must not stay on the screen. */
function restart(): void {
  if (typeof location !== "undefined") location.reload();
}

/** Signs in. On a page that stands it goes on for the same person, and begins anew for another one. */
export async function signIn(name: string, password: string): Promise<void> {
  const before = me.peek()?.name ?? null;
  const stood = ended.peek();
  await askIn(name, password);
  const found = await loadMe();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, its own
  channel?.postMessage({ name: found.name });
  if (stood && before !== null && found.name !== before) {
    restart();
    return;
  }
  take(found);
  if (stood) resumed.value++;
}

/** Signs out; the page begins anew, so that nothing of the person stays in it. */
export async function signOut(): Promise<void> {
  await askOut();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, its own
  channel?.postMessage({ name: null });
  restart();
}

/** Listens for the end of the session, here and in other tabs. */
export function watchSession(): void {
  let known = unsigned.peek();
  effect(() => {
    if (unsigned.value === known) return;
    known = unsigned.value;
    if (signedIn.peek()) ended.value = true;
  });
  channel?.addEventListener("message", ({ data }: MessageEvent<{ name: string | null }>) => {
    const here = me.peek()?.name ?? null;
    if (data.name === here) void readMe().then(() => resumed.value++);
    else if (data.name === null) ended.value = true;
    else if (here !== null || me.peek() !== null) restart();
  });
}
