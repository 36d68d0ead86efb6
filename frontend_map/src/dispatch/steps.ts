/** Taking a step: sent with the revision it was decided on; what came in between is shown, never overwritten. */
import { batch } from "@preact/signals";
import { takeStep, type Case, type StepFields } from "../api/cases";
import { t, say } from "../i18n";
import { asApiError } from "../parts/load";
import type { ApiError } from "../api/client";
import { actorFor, involvedIn } from "../state/acting";
import { known } from "../state/actor";
import { may } from "../state/session";
import { announcement, flash } from "../state/store";
import { cleaned, instant } from "./fields";
import { tellTime } from "./now";
import { happened } from "./live";
import * as desk from "./state";

/** Whether somebody has said who they are; asks for it otherwise. */
export function someone(): boolean {
  if (known.value) return true;
  desk.actorOpen.value = true;
  return false;
}

/** Takes a step on the open case. Returns the refusal, if any. */
export async function step(item: Case, action: string, fields: StepFields = {}): Promise<ApiError | null> {
  if (!someone() || desk.sending.peek()) return null;
  desk.sending.value = true;
  try {
    const next = await takeStep(item.number, actorFor(involvedIn(item)), action, item.revision, cleaned(fields));
    const name = say(next.steps.find((one) => one.action === action)?.name) || say(item.actions.find((one) => one.action === action)?.name) || action;
    batch(() => {
      if (desk.openNumber.peek() === item.number) desk.openCase.value = next;
      desk.stepOpen.value = null;
      desk.refusal.value = null;
      announcement.value = t("step.done", { name, number: item.number });
      flash.value = t("step.done", { name, number: item.number });
    });
    tellTime([next.clock]);
    happened(item.number);
    return null;
  } catch (cause) {
    const error = asApiError(cause);
    desk.refusal.value = error;
    // Somebody else was quicker: their state is shown, and what was typed stays.
    if (error.code === "case-changed") desk.changed.value++;
    return error;
  } finally {
    desk.sending.value = false;
  }
}

/** A refusal in words. */
export function refusalText(error: ApiError): string {
  if (error.code === "unreachable") return t("notice.unreachable");
  if (error.code === "case-changed") return `${t("step.changed")} ${error.message}`;
  return error.errors.length > 0 ? error.errors.map((one) => one.message).join("; ") : error.message;
}

/** Opens a step's form, or takes it at once if it asks nothing. */
export function begin(item: Case, action: string): void {
  const found = item.actions.find((one) => one.action === action);
  if (!found || !may("cases_step")) return;
  if (!found.allowed) {
    announcement.value = say(found.why_not) || t("step.not_now");
    flash.value = announcement.value;
    return;
  }
  if (!someone()) return;
  desk.refusal.value = null;
  if (instant(found)) {
    // What it asks for after all is asked for in its form, beside the reason.
    void step(item, action).then((error) => {
      if (error?.errors.some((one) => found.takes.includes(one.field.split(".").at(-1) ?? ""))) desk.stepOpen.value = action;
    });
  } else desk.stepOpen.value = desk.stepOpen.peek() === action ? null : action;
}
