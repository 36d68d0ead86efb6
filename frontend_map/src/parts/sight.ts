/** Scrolling something into sight, for what happens by itself and not by a reader's step. */

/** How far to scroll so that `inner` lies in `outer`, px; nothing where it does. What is larger shows its beginning. */
export function shift(inner: readonly [number, number], outer: readonly [number, number]): number {
  if (inner[0] < outer[0] || inner[1] - inner[0] > outer[1] - outer[0]) return inner[0] - outer[0];
  return Math.max(0, inner[1] - outer[1]);
}

/**
 * Scrolls every box around an element just as far as needed. `scrollIntoView` would also move the place from which Tab
 * goes on: a page that calls it as it opens takes the links that skip its bar away from the keyboard.
 */
export function bringIntoSight(element: HTMLElement | null | undefined): void {
  if (!element) return;
  for (let box = element.parentElement; box; box = box.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(box);
    const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
    if (box.scrollWidth > box.clientWidth && /auto|scroll/.test(overflowX)) box.scrollLeft += shift([inner.left, inner.right], [outer.left, outer.left + box.clientWidth]);
    if (box.scrollHeight > box.clientHeight && /auto|scroll/.test(overflowY)) box.scrollTop += shift([inner.top, inner.bottom], [outer.top, outer.top + box.clientHeight]);
  }
}
