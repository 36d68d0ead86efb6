import { zoneLook } from "../map/palette";

/** The line of a zone layer as it looks on the map. */
export function ZoneSwatch({ layer }: { layer: string }) {
  const look = zoneLook(layer);
  const dash = look.dash.map((part) => part * 2.2).join(" ");
  return (
    <svg class="swatch" width="26" height="12" viewBox="0 0 26 12" aria-hidden="true" focusable="false">
      <path d="M1 6H25" stroke={look.colour} stroke-width="8" stroke-opacity=".14" />
      <path d="M1 6H25" stroke={look.colour} stroke-width="2.4" stroke-dasharray={dash} />
    </svg>
  );
}
