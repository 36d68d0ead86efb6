/** Classes of a choropleth: where they begin, and what colour each has. Pure. */

/** One hue after the other with falling lightness: told apart without red and green, and in print (after ColorBrewer's YlGnBu). */
export const VALUE_COLOURS = ["#fdf6c3", "#b5dfb8", "#5bb8bf", "#2c7fb0", "#253681"] as const;
/** Orange for less, violet for more: told apart with any colour vision (after ColorBrewer's PuOr). */
export const CHANGE_COLOURS = ["#c9700f", "#f2bd75", "#f4f3ef", "#b7abd4", "#684a9c"] as const;
const CHANGE_BREAKS = [-0.25, -0.05, 0.05, 0.25] as const;
/** Of rates, whose change is a difference. */
const POINT_BREAKS = [-0.05, -0.01, 0.01, 0.05] as const;

export interface Class {
  /** From here on. */
  from: number;
  /** The greatest value of it; of change, where the next class begins. */
  to: number;
  colour: string;
  count: number;
}

/**
 * Up to five classes with about equally many values; equal values share a class, so there may be fewer.
 * Nothing for no values.
 */
export function classesOf(values: readonly number[]): Class[] {
  const sorted = values.toSorted((a, b) => a - b);
  const least = sorted[0];
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) return [];
  const distinct = new Set(sorted).size;
  const wanted = Math.min(VALUE_COLOURS.length, distinct);
  const starts = [least];
  for (let n = 1; n < wanted; n++) {
    const at = sorted[Math.floor((n * sorted.length) / wanted)]!;
    if (at > starts.at(-1)!) starts.push(at);
  }
  return starts.map((from, index) => {
    const inside = sorted.filter((value) => value >= from && (index + 1 === starts.length || value < starts[index + 1]!));
    return { from, to: inside.at(-1) ?? most, colour: colourAt(VALUE_COLOURS, index, starts.length), count: inside.length };
  });
}

/** Spread over the whole scale, however many classes there are. */
function colourAt(colours: readonly string[], index: number, of: number): string {
  return colours[of === 1 ? Math.floor(colours.length / 2) : Math.round((index * (colours.length - 1)) / (of - 1))]!;
}

export function classOf(classes: readonly Class[], value: number): Class | undefined {
  return classes.findLast((one) => value >= one.from) ?? classes[0];
}

/** Classes of change, the same whatever the values. */
export function changeClasses(values: readonly number[], points: boolean): Class[] {
  const bounds = [-Infinity, ...(points ? POINT_BREAKS : CHANGE_BREAKS), Infinity];
  return CHANGE_COLOURS.map((colour, index) => {
    const from = bounds[index]!;
    const to = bounds[index + 1]!;
    return { from, to, colour, count: values.filter((value) => value >= from && value < to).length };
  });
}
