/** What goes out by itself: webhooks, the weekly report; and who read contact data. */
import { get, post, put, queryString, remove, send } from "./client";

export interface Webhook {
  id: number;
  name: string;
  url: string;
  events: string[];
  owner: string;
  active: boolean;
  created_at: string;
  waiting: number;
  dead: number;
  last_delivered_at: string | null;
}

/** The secret is told once. */
export type NewWebhook = Webhook & { secret: string };

export interface WebhookBody {
  name: string;
  url: string;
  events: string[];
}

export const DELIVERY_STATES = ["waiting", "sending", "delivered", "dead", "withheld", "dropped"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface Delivery {
  id: string;
  seq: number;
  event: string;
  incident: string;
  state: DeliveryState;
  attempts: number;
  created_at: string;
  next_at: string | null;
  ended_at: string | null;
  last_status: number | null;
  last_error: string | null;
}

export interface Tried {
  delivered: boolean;
  status: number | null;
  error: string | null;
}

interface Below<T> {
  items: T[];
  /** `seq` to go on below; null at the end. */
  next: number | null;
}

export const loadWebhooks = async (abort?: AbortSignal): Promise<Webhook[]> => (await get<{ items: Webhook[] }>("api/webhooks", {}, abort)).items;
export const addWebhook = (body: WebhookBody): Promise<NewWebhook> => post<NewWebhook>("api/webhooks", body);
export const changeWebhook = (id: number, body: WebhookBody & { active: boolean }): Promise<Webhook> => put<Webhook>(`api/webhooks/${id}`, body);
export const removeWebhook = (id: number): Promise<void> => remove(`api/webhooks/${id}`);
export const renewSecret = (id: number): Promise<NewWebhook> => post<NewWebhook>(`api/webhooks/${id}/secret`, {});
export const tryWebhook = (id: number): Promise<Tried> => post<Tried>(`api/webhooks/${id}/test`, {});
export const loadDeliveries = (id: number, state: DeliveryState | null, before: number | null, abort?: AbortSignal): Promise<Below<Delivery>> =>
  get<Below<Delivery>>(`api/webhooks/${id}/deliveries`, { state, before, limit: 20 }, abort);
export const resendDelivery = async (id: number, delivery: string): Promise<void> => void (await send(`api/webhooks/${id}/deliveries/${delivery}/resend`, { method: "POST" }));
export const dropDelivery = (id: number, delivery: string): Promise<void> => remove(`api/webhooks/${id}/deliveries/${delivery}`);

export interface Subscription {
  id: number;
  recipient: string;
  language: "zh" | "en";
  query: string;
  owner: string;
  created_at: string;
  last: { week: string; state: "waiting" | "sending" | "sent" | "failed" | "withheld"; attempts: number; last_error: string | null; sent_at: string | null } | null;
}

export interface Subscriptions {
  items: Subscription[];
  /** When reports go out next; null: no mail server is set. */
  next_at: string | null;
}

export const loadSubscriptions = (abort?: AbortSignal): Promise<Subscriptions> => get<Subscriptions>("api/report-subscriptions", {}, abort);
export const subscribe = (body: Pick<Subscription, "recipient" | "language" | "query">): Promise<Subscription> => post<Subscription>("api/report-subscriptions", body);
export const unsubscribe = (id: number): Promise<void> => remove(`api/report-subscriptions/${id}`);

export interface Contact {
  name: string | null;
  phone: string | null;
  email: string | null;
}

export interface Unmasking {
  seq: number;
  at: string;
  by: string;
  incident: string;
  purpose: string;
}

const reporterOf = (number: string): string => `api/incidents/${encodeURIComponent(number)}/reporter`;
export const loadReporter = (number: string, abort?: AbortSignal): Promise<Contact> => get<Contact>(reporterOf(number), {}, abort);
export const unmaskReporter = (number: string, purpose: string): Promise<Contact> => post<Contact>(reporterOf(number), { purpose });
export const loadUnmaskings = (before: number | null, abort?: AbortSignal): Promise<Below<Unmasking>> => get<Below<Unmasking>>("api/audit/reporters", { before, limit: 50 }, abort);

/** Address of the report that a subscription would get for one week. */
export const reportQuery = (query: string, week: { from: string; to: string }, language: string): string => {
  const parts = new URLSearchParams(query);
  for (const name of ["from", "to"]) parts.delete(name);
  return `${queryString({ ...week, language })}${parts.size > 0 ? `&${parts}` : ""}`;
};
