/** Guidance texts that answer an appeal without dispatch, and what is urgent. */
import { get } from "./client";
import type { Named, Text } from "./types";

export interface Guidance {
  id: number;
  code: string;
  owner: Named;
  title: Text;
  text: Text;
  review_on: string;
  /** Its owner should have looked at it again. */
  overdue: boolean;
}

/** Texts that fit an incident of a category. */
export const loadGuidance = async (fits: string, q: string, abort?: AbortSignal): Promise<Guidance[]> =>
  (await get<{ items: Guidance[] }>("api/guidance", { fits, q, limit: 30 }, abort)).items;

export interface Triage {
  urgent: boolean;
  /** Who should be told at once, besides the city. */
  to: "110" | "119" | "120" | null;
  /** A guidance text may answer it without dispatch. */
  enquiry: boolean;
  flags: { source: "text" | "category"; words: string[]; urgent: boolean; to: string | null; why: Text }[];
}

/** What is suggested for a call; a person decides. */
export const askTriage = (category: string | null, text: string, abort?: AbortSignal): Promise<Triage> => get<Triage>("api/triage", { category, text }, abort);
