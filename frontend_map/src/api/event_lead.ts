/** Which tab of a browser does something for all of them. */

export interface Lead {
  /** This tab no longer takes part. */
  leave: () => void;
}

/** A tab that leads says so at this interval; one that was silent for the other span is gone. */
export const LEASE_MS = 2_000;
export const LEASE_OVER_MS = 7_000;

/**
 * Calls `begin` once this tab leads, and what that returns when it no longer does.
 *
 * The browser's locks decide; they are kept from pages without TLS, and there a note in the shared storage does.
 * Two tabs may lead for a moment then: what they do must be harmless when done twice. Where tabs cannot talk
 * (`together` is false) each leads for itself.
 */
export function lead(name: string, together: boolean, begin: () => () => void): Lead {
  if (!together) return { leave: begin() };
  if (typeof navigator !== "undefined" && navigator.locks) return byLock(name, begin);
  if (typeof localStorage !== "undefined") return byLease(name, begin);
  return { leave: begin() };
}

function byLock(name: string, begin: () => () => void): Lead {
  const giveUp = new AbortController();
  let release: (() => void) | null = null;
  navigator.locks
    .request(name, { signal: giveUp.signal }, () => {
      const end = begin();
      return new Promise<void>((done) => {
        release = () => {
          end();
          done();
        };
      });
    })
    .catch((cause: unknown) => {
      if (!giveUp.signal.aborted) console.warn("events:", cause);
    });
  return { leave: () => (release ? release() : giveUp.abort()) };
}

function byLease(name: string, begin: () => () => void): Lead {
  const me = `${Date.now()}-${Math.random()}`;
  let end: (() => void) | null = null;
  const holder = (): { by: string; until: number } | null => {
    try {
      return JSON.parse(localStorage.getItem(name) ?? "null") as { by: string; until: number } | null;
    } catch {
      return null;
    }
  };
  const look = (): void => {
    const held = holder();
    const mine = held?.by === me;
    if (!mine && held && held.until > Date.now() && held.until < Date.now() + 2 * LEASE_OVER_MS) {
      // Another tab was quicker, or this one slept too long.
      end?.();
      end = null;
      return;
    }
    localStorage.setItem(name, JSON.stringify({ by: me, until: Date.now() + LEASE_OVER_MS }));
    end ??= begin();
  };
  const leave = (): void => {
    clearInterval(timer);
    globalThis.removeEventListener?.("pagehide", leave);
    end?.();
    end = null;
    if (holder()?.by === me) localStorage.removeItem(name);
  };
  const timer = setInterval(look, LEASE_MS);
  globalThis.addEventListener?.("pagehide", leave);
  look();
  return { leave };
}
