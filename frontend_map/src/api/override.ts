import { post } from "./client";
import type { Incident } from "./types";

/** A person's word against the rules; `organisation` null takes it back. */
export const override = (number: string, body: { organisation: string | null; supporting: readonly string[]; reason: string }): Promise<Incident> =>
  post(`api/incidents/${encodeURIComponent(number)}/override`, body);
