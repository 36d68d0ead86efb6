/** Loading as a hook: the answer to the newest question only, earlier requests are cancelled. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { resumed } from "../state/session";

export interface Loaded<T> {
  /** The last good answer; kept while the next one is on its way. */
  value: T | null;
  error: ApiError | null;
  loading: boolean;
  again: () => void;
}

export function asApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError(0, "unexpected", String(cause));
}

/** `key` names the question; null asks nothing. `load` may change from render to render, only `key` counts. */
export function useLoad<T>(key: string | null, load: (abort: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; value: T | null; error: ApiError | null; loading: boolean }>({
    key: null,
    value: null,
    error: null,
    loading: key !== null,
  });
  const [round, setRound] = useState(0);
  const question = useRef(load);
  question.current = load;

  useEffect(() => {
    if (key === null) {
      setState({ key, value: null, error: null, loading: false });
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, key, error: null, loading: true }));
    question
      .current(abort.signal)
      .then((value) => !abort.signal.aborted && setState({ key, value, error: null, loading: false }))
      .catch((cause: unknown) => {
        if (abort.signal.aborted) return;
        setState({ key, value: null, error: asApiError(cause), loading: false });
      });
    return () => abort.abort();
    // Somebody has signed in again: what failed meanwhile is asked for anew.
  }, [key, round, resumed.value]);

  const again = useCallback(() => setRound((count) => count + 1), []);
  return { value: state.value, error: state.error, loading: state.loading, again };
}
