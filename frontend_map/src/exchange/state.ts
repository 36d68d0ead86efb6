/** Filter that a desk hands over to be subscribed to, as a query string; null: none. */
import { signal } from "@preact/signals";

export const subscribing = signal<string | null>(null);
