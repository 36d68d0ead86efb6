/** How much of the map the panels cover, in pixels from each side. */
export interface Insets {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function freeArea(container: HTMLElement): Insets {
  const all = container.getBoundingClientRect();
  const insets: Insets = { left: 0, right: 0, top: 0, bottom: 0 };
  for (const panel of document.querySelectorAll<HTMLElement>("[data-covers]")) {
    const box = panel.getBoundingClientRect();
    if (box.width === 0 || box.right <= all.left || box.left >= all.right || box.top >= all.bottom) continue;
    const side = panel.dataset["covers"];
    if (side === "left") insets.left = Math.max(insets.left, box.right - all.left);
    if (side === "right") insets.right = Math.max(insets.right, all.right - box.left);
    if (side === "top") insets.top = Math.max(insets.top, box.bottom - all.top);
    if (side === "bottom") insets.bottom = Math.max(insets.bottom, all.bottom - box.top);
  }
  return insets;
}
