/** The server's clock, ticking here: what is left of a limit must not depend on how this machine's clock is set. */
import { effect, signal } from "@preact/signals";
import type { ClockBrief } from "../api/cases";
import { page } from "../state/store";
import { hasDesk } from "../state/url";
import { offsetOf } from "./remaining";

const TICK_MS = 10_000;
/** Smaller differences are the way of the answer through the network. */
const WORTH_MS = 1_500;

let offset = 0;

/** The server's present, in milliseconds; changes every few seconds while the desk is open. */
export const now = signal(Date.now());

const tick = (): void => void (now.value = Date.now() + offset);

/** Takes the server's clock from an answer. */
export function tellTime(clocks: readonly (ClockBrief | null | undefined)[]): void {
  for (const clock of clocks) {
    const found = clock ? offsetOf(clock, Date.now()) : null;
    if (found === null) continue;
    if (Math.abs(found - offset) > WORTH_MS) offset = found;
    break;
  }
  tick();
}

export function startTicking(): void {
  effect(() => {
    if (!hasDesk(page.value)) return undefined;
    tick();
    const timer = window.setInterval(tick, TICK_MS);
    return () => window.clearInterval(timer);
  });
}
