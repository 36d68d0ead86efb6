/** Colours of grids, for the map and for small pictures of it. */

/** Told apart in hue and lightness. */
export const GRID_COLOURS = ["#7fb2d9", "#f2c46d", "#b49ad2", "#8cc9b4", "#e59a86", "#cbd28a", "#9aa7c9", "#d9a9c2"] as const;
