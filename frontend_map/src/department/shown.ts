/** Rows of a table on the map, and both marked together. */
import type { Feature } from "geojson";
import { useEffect } from "preact/hooks";
import { bringIntoSight } from "../parts/sight";
import { pointedKey, pressed, shownFeatures } from "./state";

interface Linked {
  /** What a row needs to be linked with its place. */
  row: (key: string) => { class: string; onPointerEnter: () => void; onPointerLeave: () => void; onFocusIn: () => void; onFocusOut: () => void };
}

/** Puts features on the map while the table stands; `of` changes when they do. A press on the map brings its row into sight. */
export function useShown(features: readonly Feature[], of: unknown): Linked {
  useEffect(() => {
    shownFeatures.value = features;
  }, [of, features.length]);
  useEffect(
    () => () => {
      shownFeatures.value = [];
      pointedKey.value = null;
      pressed.value = null;
    },
    [],
  );
  const asked = pressed.value;
  useEffect(() => {
    if (!asked) return;
    const row = document.querySelector<HTMLElement>(`.department [data-key="${CSS.escape(asked.key)}"]`);
    bringIntoSight(row);
    row?.querySelector<HTMLElement>("button, a")?.focus({ preventScroll: true });
  }, [asked]);
  const point = (key: string): void => void (pointedKey.value = key);
  const release = (key: string): void => {
    if (pointedKey.peek() === key) pointedKey.value = null;
  };
  return {
    row: (key) => ({
      class: pointedKey.value === key ? "is-pointed" : "",
      onPointerEnter: () => point(key),
      onPointerLeave: () => release(key),
      onFocusIn: () => point(key),
      onFocusOut: () => release(key),
    }),
  };
}
