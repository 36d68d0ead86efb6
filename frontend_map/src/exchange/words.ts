/** Events and subscriptions in words. Pure but for the language and the names that are loaded. */
import { codeText, isKey, say, t } from "../i18n";
import { categories, layerName } from "../state/store";
import { organisations } from "../state/rules_desk";
import { today } from "../format";

/** Events by what somebody who links another system has in mind; `incident.*` stands for all. */
export const EVENT_GROUPS = {
  report: ["incident.report", "incident.locate", "incident.unlocate", "incident.override", "incident.lift_override", "routing.again"],
  intake: ["incident.accept", "incident.reject", "incident.verify", "incident.file", "incident.sort", "incident.direct_report", "incident.escalate", "incident.answer_directly", "incident.transfer_110"],
  work: ["incident.dispatch", "incident.start", "incident.self_handle", "incident.feed_back", "incident.send_back", "incident.hand_over", "incident.object", "incident.adjudicate"],
  clock: ["incident.ask_extension", "incident.grant_extension", "incident.refuse_extension", "incident.suspend", "incident.resume", "incident.supervise"],
  end: ["incident.check_pass", "incident.check_fail", "incident.evaluate", "incident.lapse", "incident.close", "incident.archive", "incident.reopen", "incident.cancel", "incident.merge", "incident.note"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type EventGroup = keyof typeof EVENT_GROUPS;
export const ALL_EVENTS = "incident.*";

export const eventText = (event: string): string => (event === ALL_EVENTS ? t("webhook.all_events") : codeText("action", event));

/** The first few by name, and how many more. */
export function eventsText(events: readonly string[]): string {
  if (events.includes(ALL_EVENTS)) return t("webhook.all_events");
  const shown = events.slice(0, 4).map(eventText).join(t("app.comma"));
  return events.length > 4 ? t("account.and_more", { names: shown, n: events.length - 4 }) : shown;
}

/** Monday to Monday of the week before, as a report counts it. */
export function lastWeek(now: Date = new Date()): { from: string; to: string } {
  const day = new Date(`${today(now)}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  const monday = (back: number): string => `${new Date(day.getTime() - back * 86_400_000).toISOString().slice(0, 10)}T00:00:00+08:00`;
  return { from: monday(7), to: monday(0) };
}

const NAMES = { state: "state", source: "source", urgency: "urgency", level: "held" } as const;

/** The filter of a subscription as people say it; what this page has no word for is shown as it is. */
export function queryText(query: string): string {
  const parts = [...new URLSearchParams(query)].filter(([key]) => key !== "from" && key !== "to").map(([key, value]) => filterText(key, value));
  return parts.length === 0 ? t("subscription.everything") : parts.join(t("app.comma"));
}

function filterText(key: string, value: string): string {
  if (key === "zone") {
    const [layer = "", code = ""] = value.split(":");
    return `${say(layerName(layer)) || layer} ${code}`;
  }
  if (key === "organisation") return say(organisations.value.find((one) => one.code === value)?.name) || value;
  if (key === "category") return say(categories.value.find((one) => one.key === value)?.name) || value;
  if (key === "state" && value === "open") return t("list.open");
  if (key in NAMES) return codeText(NAMES[key as keyof typeof NAMES], value);
  const clock = `clock.${value}`;
  if (key === "clock" && isKey(clock)) return t(clock as "clock.overdue");
  return `${key}=${value}`;
}
