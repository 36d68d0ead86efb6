/** Keeping accounts and tokens: for administrators. */
import type { Role } from "../state/actor";
import { get, order, post, remove } from "./client";
import type { HeldRole, Scope } from "./session";
import type { Named, Text } from "./types";

export interface HeldGrant extends HeldRole {
  id: number;
  /** From single sign-on; the next one decides again. */
  from_claims: boolean;
  since: string;
}

export interface Account {
  name: string;
  display: Text;
  organisation: Named | null;
  person: string | null;
  password: boolean;
  single_sign_on: boolean;
  demo: boolean;
  disabled: boolean;
  created_at: string;
  signed_in_at: string | null;
  grants: HeldGrant[];
}

/** Exactly one of these. Zones are `layer:code`. */
export type ScopeBody = { everything: true } | { posts: true } | { region: string } | { organisation: string } | { zones: string[] };

export interface GrantBody {
  role: Role;
  scope: ScopeBody;
}

export interface NewAccount {
  name: string;
  display?: { zh: string; en?: string };
  organisation?: string;
  person?: string;
  password?: string;
  grants: GrantBody[];
}

export interface Token {
  name: string;
  role: Role | null;
  permissions: string[];
  scope: Scope;
  on_behalf: boolean;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  seen_at: string | null;
  revoked_at: string | null;
}

export interface NewToken {
  name: string;
  role: Role;
  scope: ScopeBody;
  on_behalf: boolean;
  expires_at?: string;
}

const one = (name: string): string => `api/accounts/${encodeURIComponent(name)}`;

export const loadAccounts = async (abort?: AbortSignal): Promise<Account[]> => (await get<{ items: Account[] }>("api/accounts", {}, abort)).items;
export const addAccount = (account: NewAccount): Promise<Account> => post<Account>("api/accounts", account);
export const grantRole = (name: string, grant: GrantBody): Promise<Account> => post<Account>(`${one(name)}/grants`, grant);
export const takeGrant = (name: string, id: number): Promise<void> => remove(`${one(name)}/grants/${id}`);
export const setPassword = (name: string, password: string): Promise<void> => order("POST", `${one(name)}/password`, { password });
export const disableAccount = (name: string): Promise<Account> => post<Account>(`${one(name)}/disable`, {});
export const enableAccount = (name: string): Promise<Account> => post<Account>(`${one(name)}/enable`, {});
export const endSessions = (name: string): Promise<void> => remove(`${one(name)}/sessions`);

export const loadTokens = async (abort?: AbortSignal): Promise<Token[]> => (await get<{ items: Token[] }>("api/tokens", {}, abort)).items;
export const addToken = (token: NewToken): Promise<{ secret: string; token: Token }> => post<{ secret: string; token: Token }>("api/tokens", token);
export const endToken = (name: string): Promise<void> => remove(`api/tokens/${encodeURIComponent(name)}`);
