/** When to look whether somebody else has changed the plan: told by the server, or else at intervals. */
import { liveStatus, subscribe } from "../api/events";
import { painting, saveState } from "./state";

/** Steps of one person come in quick succession; looking once for several is enough. */
const GATHER_MS = 250;
/** Without live events. */
const POLL_MS = 15_000;

/** Calls `look` when something happened to the plan; returns how to stop. */
export function followPlan(code: string, look: () => void): () => void {
  let gathering: ReturnType<typeof setTimeout> | null = null;
  // In the middle of a stroke or a step of our own nothing is read anew: it is looked for right after.
  const now = (): void => {
    gathering = null;
    if (painting.peek() || saveState.peek() === "saving") soon();
    else look();
  };
  const soon = (): void => void (gathering ??= setTimeout(now, GATHER_MS));
  const stop = subscribe((change) => {
    if (change === null || change.plan === code) soon();
  });
  const timer = setInterval(() => {
    if (liveStatus.peek().state !== "live" && !globalThis.document?.hidden) look();
  }, POLL_MS);
  return () => {
    stop();
    clearInterval(timer);
    if (gathering) clearTimeout(gathering);
  };
}
