/**
 * Fonts of the reader's own machine. The style names no `glyphs`, so MapLibre draws every letter itself:
 * nothing is fetched, and a family that is missing falls back to the next.
 */
const FAMILIES = ["Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];

export const FONT = FAMILIES;
/** MapLibre reads the weight from the first name; the family itself comes from the rest. */
export const FONT_BOLD = ["Noto Sans CJK SC Bold", ...FAMILIES];
