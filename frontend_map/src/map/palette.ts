/** Colours of the map: calm, light, and told apart by line pattern as well as by hue. */

export const BASE = {
  beyond: "#e9ebea",
  land: "#f7f5f0",
  coast: "#a9bfca",
  water: "#cfe1ea",
  waterLine: "#b4cedb",
  waterText: "#4a7186",
  building: { residential: "#e9e0d3", public: "#dfe3ee", commercial: "#f0dfd6", industrial: "#e2e0e6", other: "#e6e3dd" },
  buildingLine: "#d3cabd",
  unit: "#b9b3a6",
  facility: "#6c7a80",
  text: "#2c3a41",
  roadText: "#5c5a52",
  halo: "#ffffff",
} as const;

export interface RoadLook {
  fill: string;
  casing: string;
  /** Width in pixels at zoom 11, 14 and 17. */
  widths: [number, number, number];
  from: number;
  labelFrom: number;
}

export const ROADS: Readonly<Record<string, RoadLook>> = {
  path: { fill: "#fdfcf9", casing: "#d9d4c9", widths: [0.2, 0.8, 2.5], from: 15, labelFrom: 17 },
  residential: { fill: "#ffffff", casing: "#d8d2c6", widths: [0.3, 1.4, 7], from: 13, labelFrom: 15.5 },
  tertiary: { fill: "#ffffff", casing: "#cfc8ba", widths: [0.5, 2.4, 10], from: 12, labelFrom: 14.5 },
  secondary: { fill: "#fffaf0", casing: "#c9bfa9", widths: [0.8, 3.2, 13], from: 11, labelFrom: 13.5 },
  primary: { fill: "#fdf1d8", casing: "#cdb98f", widths: [1.2, 4.2, 16], from: 9, labelFrom: 12.5 },
  trunk: { fill: "#fbe6c0", casing: "#c9ab74", widths: [1.6, 5, 18], from: 8, labelFrom: 12 },
  motorway: { fill: "#f6d8a8", casing: "#bf9a5c", widths: [2, 5.6, 20], from: 7, labelFrom: 12 },
};

export interface ZoneLook {
  colour: string;
  /** In line widths; empty is a solid line. */
  dash: number[];
  /** Line width in pixels at zoom 10, 14 and 17. */
  widths: [number, number, number];
  from: number;
  labelFrom: number;
  labelSize: number;
}

const REGIONS: Readonly<Record<string, ZoneLook>> = {
  district: { colour: "#544c63", dash: [], widths: [1.2, 2.2, 3.2], from: 6, labelFrom: 8, labelSize: 17 },
  subdistrict: { colour: "#6d4f86", dash: [7, 2, 1.5, 2], widths: [0.8, 1.6, 2.2], from: 8, labelFrom: 9.5, labelSize: 15 },
  community: { colour: "#8a5f33", dash: [5, 2], widths: [0.4, 1.2, 1.8], from: 11, labelFrom: 12.2, labelSize: 12.5 },
  base_grid: { colour: "#1d7480", dash: [], widths: [0.3, 1, 2], from: 11.5, labelFrom: 14, labelSize: 11.5 },
};

const SPECIALIST: Readonly<Record<string, Pick<ZoneLook, "colour" | "dash">>> = {
  police: { colour: "#2456a6", dash: [] },
  fire: { colour: "#b23a24", dash: [5, 2] },
  law_enforcement: { colour: "#6a5d16", dash: [2, 1.5] },
  emergency: { colour: "#b1600a", dash: [8, 2, 1.5, 2] },
  market: { colour: "#7a3ea3", dash: [3, 1.5, 1, 1.5] },
  civil_affairs: { colour: "#b0306c", dash: [1.2, 1.5] },
  health: { colour: "#0b7a55", dash: [6, 1.5] },
  environment: { colour: "#3f7318", dash: [4, 1.5, 1, 1.5, 1, 1.5] },
};

/** For layers that a city adds itself. */
const SPARE = ["#31708f", "#8f4d31", "#5d6b2f", "#6b3f5f", "#2f6b62", "#7a6a2c"];

export function zoneLook(code: string): ZoneLook {
  const region = REGIONS[code];
  if (region) return region;
  let sum = 0;
  for (const letter of code) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  const own = SPECIALIST[code] ?? { colour: SPARE[sum % SPARE.length] ?? "#31708f", dash: [3, 2] };
  return { ...own, widths: [0.9, 1.6, 2.2], from: 8, labelFrom: 10.5, labelSize: 12.5 };
}

/** State groups by colour and by shape (see icons). */
export const STATE = {
  new: "#1769aa",
  handling: "#0c7c6c",
  checking: "#6a4fa3",
  closed: "#6b7780",
  void: "#8b9299",
  urgent: "#c43d16",
} as const;

export const CLUSTER = { fill: "#2f6076", ring: "#ffffff", rest: "#b9cfd8", urgent: "#e2672b", text: "#ffffff" } as const;

/** States of a time limit; each has a shape of its own as well. */
export const CLOCK = { overdue: "#b3261e", due_soon: "#f0a020", due_soon_ink: "#9a5b00", paused: "#5b6770", news: "#0b62c4" } as const;
