/** Requests to our own server, relative to the page; every failure becomes an `ApiError`. */
import { signal } from "@preact/signals";
import { locale } from "../i18n";
import type { FieldError, ProblemDetails } from "./types";

/** Address of the page without query and file name; everything else hangs below it. */
export const base: string = typeof document === "undefined" ? "http://localhost/" : new URL(".", document.baseURI).href;

/** False after a request found no server; true again after the next answer. */
export const serverReachable = signal(true);

/** Goes up whenever the server says that nobody is signed in. */
export const unsigned = signal(0);

/** The problem that says so: nobody has signed in, or the session has ended. A wrong password is another one. */
const UNSIGNED = "sign-in-needed";
/** The session is there, but its token is another one: somebody signed in anew in another tab. */
const STALE = "csrf-token";

const guard: { token: string | null; renew: (() => Promise<boolean>) | null } = { token: null, renew: null };

/** The session's token, sent with whatever changes something; and how to find out about a newer one. */
export function guardWith(token: string | null, renew: () => Promise<boolean>): void {
  guard.token = token;
  guard.renew = renew;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    /** HTTP status, or 0 when no server answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldError[] = [],
    /** The whole answer: some problems say more than these fields. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

/** Query string without empty values; a list becomes a repeated parameter. */
export function queryString(query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "" || value === false) continue;
    if (Array.isArray(value)) for (const one of value as readonly string[]) parts.append(key, one);
    else parts.append(key, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}

export async function problemOf(response: Response): Promise<ApiError> {
  let body: Partial<ProblemDetails> = {};
  try {
    body = (await response.json()) as Partial<ProblemDetails>;
  } catch {
    // A proxy's HTML page or an empty body: the status is all we have.
  }
  const message = body.detail ?? body.title ?? `HTTP ${response.status}`;
  return new ApiError(response.status, body.code ?? `http_${response.status}`, message, body.errors ?? [], body as Record<string, unknown>);
}

/** Headers of every request; what changes something also proves that it comes from this page. */
function headersOf(init: RequestInit): Record<string, string> {
  const proof = guard.token !== null && (init.method ?? "GET") !== "GET" ? { "X-CSRF-Token": guard.token } : {};
  return { Accept: "application/json", "Accept-Language": locale.value, ...proof, ...(init.headers as Record<string, string> | undefined) };
}

/** One request; whatever it lacks is told by an `ApiError`. */
export async function send(path: string, init: RequestInit = {}, again = true): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(base + path, { ...init, headers: headersOf(init) });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    serverReachable.value = false;
    throw new ApiError(0, "unreachable", String(cause));
  }
  // A proxy in front of a dead server answers 502 to 504: to the reader that is the same thing.
  serverReachable.value = response.status < 502 || response.status > 504;
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.code === STALE && again && (await guard.renew?.())) return send(path, init, false);
  if (problem.code === UNSIGNED) unsigned.value++;
  throw problem;
}

export async function get<T>(path: string, query: Query = {}, abort?: AbortSignal): Promise<T> {
  const response = await send(path + queryString(query), abort ? { signal: abort } : {});
  return (await response.json()) as T;
}

async function write<T>(method: "POST" | "PUT" | "PATCH", path: string, body: unknown, abort?: AbortSignal): Promise<T> {
  const response = await send(path, {
    method,
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
    ...(abort ? { signal: abort } : {}),
  });
  return (await response.json()) as T;
}

export const post = <T>(path: string, body: unknown, abort?: AbortSignal): Promise<T> => write<T>("POST", path, body, abort);
export const put = <T>(path: string, body: unknown): Promise<T> => write<T>("PUT", path, body);

/** What was written is all there is to say: no answer to read. */
export async function order(method: "POST" | "PUT", path: string, body: unknown): Promise<void> {
  await send(path, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
}

/** Sends a form with a file in it. */
export async function postForm<T>(path: string, form: FormData): Promise<T> {
  const response = await send(path, { method: "POST", body: form });
  return (await response.json()) as T;
}

/** Sends a file as it is. */
export async function postFile<T>(path: string, file: Blob): Promise<T> {
  const response = await send(path, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
  return (await response.json()) as T;
}

export async function remove(path: string): Promise<void> {
  await send(path, { method: "DELETE" });
}
