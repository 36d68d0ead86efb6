/** Small texts of signing in. Pure but for the language. */
import { isKey, t } from "../i18n";

/** How long to wait, in the unit people think in. */
export const waitText = (seconds: number): string => (seconds > 90 ? t("signin.wait_minutes", { n: Math.ceil(seconds / 60) }) : t("signin.wait_seconds", { n: Math.ceil(seconds) }));

/** What single sign-on came back with, read before the address follows the view; null: it did not fail. */
let came: string | null = typeof location === "undefined" ? null : new URLSearchParams(location.search).get("error");

export const cameBackWith = (): string | null => came;

/** Somebody is in: when their session ends, what went wrong before it is not said again. */
export const forgetHowWeCame = (): void => void (came = null);

/** Why single sign-on did not succeed; a code this page does not know gets a general sentence. */
export function signOnError(code: string): string {
  const key = `signin.error.${code}`;
  return isKey(key) ? t(key as "signin.error.general") : t("signin.error.general");
}

/** Where single sign-on begins; afterwards the reader is back where they wanted to be. `start` is a path of the server. */
export function oidcStart(base: string, start: string, here: string): string {
  const root = new URL(base);
  const from = new URL(start.replace(/^\//, ""), root);
  const back = new URL(here);
  // Only a place on this page is a place to come back to.
  // What went wrong the last time is no part of it; the rest of the query stays as it is written.
  const query = back.search.replace(/([?&])error=[^&]*(&|$)/, (_, before: string, after: string) => (after ? before : "")).replace(/^\?$/, "");
  const next = back.origin === root.origin && back.pathname.startsWith(root.pathname) ? back.pathname + query : root.pathname;
  from.searchParams.set("next", next);
  return from.href;
}

/** Browser and system as people call them, from what the browser says of itself. */
export function agentText(agent: string | null): string {
  if (!agent) return t("account.session_unknown");
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /MicroMessenger/.test(agent)
      ? "WeChat"
      : /Firefox\//.test(agent)
        ? "Firefox"
        : /(Chrome|Chromium|HeadlessChrome)\//.test(agent)
          ? "Chrome"
          : /Safari\//.test(agent)
            ? "Safari"
            : null;
  const system = /Android/.test(agent)
    ? "Android"
    : /iPhone|iPad/.test(agent)
      ? "iOS"
      : /HarmonyOS|OpenHarmony/.test(agent)
        ? "HarmonyOS"
        : /Windows/.test(agent)
          ? "Windows"
          : /Mac OS X/.test(agent)
            ? "macOS"
            : /Linux/.test(agent)
              ? "Linux"
              : null;
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 60);
}
