/** Small line icons of the interface; decoration only, the button says what it does. */
const PATHS = {
  layers: "M12 3l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 17l9 5 9-5",
  list: "M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  search: "M11 4a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM16.2 16.2L21 21",
  help: "M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18zM9.4 9.3a2.7 2.7 0 1 1 3.8 2.5c-.8.4-1.2.9-1.2 1.9M12 17h.01",
  home: "M4 4h6M4 4v6M20 4h-6M20 4v6M4 20h6M4 20v-6M20 20h-6M20 20v-6M12 9v6M9 12h6",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  pin: "M12 21c-1-4-6-7-6-11.5a6 6 0 1 1 12 0C18 14 13 17 12 21zM12 7.5a2 2 0 1 1 0 4a2 2 0 0 1 0-4z",
  right: "M9 5l7 7-7 7",
  up: "M12 19V5M6 11l6-6 6 6",
  rules: "M4 5h7M4 12h7M4 19h7M15 5h5M15 12h5M15 19h5M13 3v18",
  undo: "M9 7L4 12l5 5M4 12h11a5 5 0 0 1 0 10h-2",
  redo: "M15 7l5 5-5 5M20 12H9a5 5 0 0 0 0 10h2",
  arrow: "M4 12h16M14 6l6 6-6 6",
  expand: "M6 15l6-6 6 6",
  collapse: "M6 9l6 6 6-6",
  plan: "M4 4h16v16H4zM4 11h7M11 4v16M11 14h9",
  pointer: "M5 3l13 8-6 1.5L9.5 19z",
  brush: "M14 4l6 6-8 7-5-5zM7 12c-3 1-2 5-5 7 4 1.5 8 1 10-2",
  split: "M5 5h14v14H5zM3 15L21 8",
  divide: "M4 5h16v14H4zM9.3 5v14M14.7 5v14",
  merge: "M4 6v12h6M20 6v12h-6M4 6h5M20 6h-5M12 3v4M12 10v4M12 17v4",
  border: "M12 3c4 4-4 6 0 9s-4 6 0 9M7 12H2M5 9.5L2 12l3 2.5M17 12h5M19 9.5l3 2.5-3 2.5",
  house: "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
  create: "M4 4h9v7h7v9H4zM17 2.5v6M14 5.5h6",
  dissolve: "M4 4h16v16H4zM8.5 8.5l7 7M15.5 8.5l-7 7",
  rename: "M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  compare: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z",
  target: "M12 5a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM12 2v5M12 17v5M2 12h5M17 12h5",
  check: "M5 12.5l5 5L19.5 7",
  warn: "M12 4l9 16H3zM12 10v4.5M12 17.5h.01",
  left: "M15 5l-7 7 7 7",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  department: "M4 20V8l8-4 8 4v12M3 20h18M9 20v-5h6v5M8.5 11h.01M12 11h.01M15.5 11h.01",
  people: "M9 5a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 0 1 0-6.4zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 5.4a3.2 3.2 0 0 1 0 5.6M17.5 14.3c2.2.7 3.5 2.6 3.5 5.7",
  person: "M12 4a4 4 0 1 1 0 8a4 4 0 0 1 0-8zM5 21c0-4.5 2.8-7 7-7s7 2.5 7 7",
  apps: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  download: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  share: "M9 12a3 3 0 1 1-6 0a3 3 0 0 1 6 0zM21 5.5a3 3 0 1 1-6 0a3 3 0 0 1 6 0zM21 18.5a3 3 0 1 1-6 0a3 3 0 0 1 6 0zM8.7 10.6l6.6-3.7M8.7 13.4l6.6 3.7",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  chart: "M4 20V4M4 20h16M8.5 16v-4M12.5 16V8M16.5 16v-6",
  area: "M5 6l8-3 6 6-2 10-11 1zM5 6h.01M13 3h.01M19 9h.01M17 19h.01M6 20h.01",
  exchange: "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
  desk: "M4 5h16v10H4zM9 20h6M12 15v5M7.5 9.5h5M7.5 12h3",
} as const;

export type GlyphName = keyof typeof PATHS;

export function Glyph({ name, size = 18 }: { name: GlyphName; size?: number }) {
  return (
    <svg class="glyph" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
