/** Typed dictionary: a missing key, an unknown key and a missing or wrong parameter are compile errors. */
import { computed, signal } from "@preact/signals";
import type { Text } from "../api/types";
import { en } from "./en";
import { zh } from "./zh";

export type Lang = "zh" | "en";
export type Key = keyof typeof zh;

type ParameterNames<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;
type Parameters<K extends Key> =
  ParameterNames<(typeof zh)[K]> extends never
    ? []
    : [parameters: Record<ParameterNames<(typeof zh)[K]>, string | number>];

const dictionaries: Record<Lang, Record<Key, string>> = { zh, en };

export const lang = signal<Lang>("zh");

/** BCP 47 tag for `<html lang>` and `Intl`. */
export const locale = computed(() => (lang.value === "zh" ? "zh-CN" : "en-GB"));

export function t<K extends Key>(key: K, ...[parameters]: Parameters<K>): string {
  const text = dictionaries[lang.value][key];
  return parameters ? fill(text, parameters) : text;
}

export function fill(text: string, parameters: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

export const isKey = (key: string): key is Key => key in zh;

/** A code the server sent, in words; a code this page does not know yet is shown as it is. */
export function codeText(family: "state" | "urgency" | "source" | "action" | "actor" | "post" | "lost" | "level" | "category" | "place_problem" | "role" | "held" | "stage" | "clock_kind" | "appeal" | "work_order" | "outcome", code: string): string {
  const key = `${family}.${code}`;
  return isKey(key) ? dictionaries[lang.value][key] : code;
}

/** A bilingual text in the current language, falling back to the other one. */
export function say(text: Text | string | null | undefined): string {
  if (text === null || text === undefined) return "";
  if (typeof text === "string") return text;
  return (lang.value === "en" ? text.en || text.zh : text.zh || text.en) ?? "";
}
