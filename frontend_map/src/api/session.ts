/** Who is signed in, and how to: accounts, sessions, passwords. */
import { get, order, post, remove } from "./client";
import type { Role } from "../state/actor";
import type { Named, Text } from "./types";

/** A zone by its name of today; none where it is no more. */
export interface ZoneName {
  layer: string;
  code: string;
  name: Text | null;
}

/** What a grant reaches; all empty and not `everything` is nothing. */
export interface Scope {
  everything: boolean;
  /** `zones` are those of the posts held now. */
  posts?: boolean;
  regions: ZoneName[];
  organisations: Named[];
  zones: ZoneName[];
}

export interface HeldRole {
  role: Role;
  scope: Scope;
}

export interface DemoAccount {
  name: string;
  role: Role;
  display: Text;
  password: string;
}

export interface Ways {
  password: boolean;
  oidc: { name: string; start: string } | null;
  demo: DemoAccount[];
}

export interface Me {
  signed_in: boolean;
  /** Nobody signs in on this server: everybody may do everything. */
  open: boolean;
  demo: boolean;
  name: string | null;
  display: Text | null;
  roles: HeldRole[];
  permissions: string[];
  organisation: Named | null;
  /** Says in each request for whom it acts. */
  on_behalf: boolean;
  csrf: string | null;
  ways: Ways;
}

export interface OwnSession {
  id: string;
  current: boolean;
  started_at: string;
  seen_at: string;
  ends_at: string;
  /** Browser and system, as the browser said. */
  agent: string | null;
  address: string | null;
  way: string;
}

export const loadMe = (abort?: AbortSignal): Promise<Me> => get<Me>("api/me", {}, abort);
export const signIn = (name: string, password: string): Promise<Me> => post<Me>("api/session", { name, password });
export const signOut = (): Promise<void> => remove("api/session");
export const loadSessions = async (abort?: AbortSignal): Promise<OwnSession[]> => (await get<{ items: OwnSession[] }>("api/sessions", {}, abort)).items;
export const endSession = (id: string): Promise<void> => remove(`api/sessions/${encodeURIComponent(id)}`);
export const changePassword = (old: string, password: string): Promise<void> => order("POST", "api/me/password", { old, password });
