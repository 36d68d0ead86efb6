import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { checkChanges, type Change, type Finding } from "../api/rules";
import { asApiError } from "../parts/load";

export interface Checked {
  findings: readonly Finding[] | null;
  refused: boolean;
  /** The server could not even read the changes (a malformed code), or cannot be reached. */
  error: ApiError | null;
  busy: boolean;
}

/** Typing rests this long before the server is asked. */
const PAUSE_MS = 350;
const NOTHING: Checked = { findings: null, refused: false, error: null, busy: false };

/** What the server says about changes, asked anew when they change; null asks nothing. */
export function useChecks(changes: readonly Change[] | null): Checked {
  const [state, setState] = useState<Checked>(NOTHING);
  const key = changes === null ? null : JSON.stringify(changes);
  useEffect(() => {
    if (changes === null || changes.length === 0) {
      setState(NOTHING);
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    const timer = window.setTimeout(() => {
      checkChanges(changes, abort.signal)
        .then((outcome) => !abort.signal.aborted && setState({ findings: outcome.findings, refused: outcome.refused, error: null, busy: false }))
        .catch((cause: unknown) => !abort.signal.aborted && setState({ findings: null, refused: true, error: asApiError(cause), busy: false }));
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  return state;
}
