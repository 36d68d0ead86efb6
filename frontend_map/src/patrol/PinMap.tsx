/** The place set by hand: the map moves under a cross. Loaded only when it is opened. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Map as MapLibre, ScaleControl, setWorkerUrl, type SourceSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { lang, t } from "../i18n";
import { CONTEXT_SOURCES, groundLayers, roadLayers, roadNames, waterNames } from "../map/basemap";
import { tileJson } from "../map/style";
import { city } from "../state/store";

setWorkerUrl(workerUrl);

const ZOOM = 17;
const SHOWN = CONTEXT_SOURCES.filter((source) => source !== "facilities");

interface Props {
  /** Longitude and latitude in WGS 84; null starts at the city's centre. */
  start: [number, number] | null;
  onChoose: (lon: number, lat: number) => void;
  onClose: () => void;
}

export function PinMap({ start, onChoose, onClose }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const map = useRef<MapLibre | null>(null);
  const [failure, setFailure] = useState(false);

  useEffect(() => {
    dialog.current?.showModal();
    try {
      const made = new MapLibre({
        container: container.current!,
        style: {
          version: 8,
          sources: Object.fromEntries(SHOWN.map((set): [string, SourceSpecification] => [set, { type: "vector", url: tileJson(set) }])),
          layers: [...groundLayers(), ...roadLayers(), ...waterNames(lang.value), ...roadNames(lang.value)],
        },
        center: start ?? city.value?.centre ?? [0, 0],
        zoom: start ? ZOOM : (city.value?.zoom ?? 10),
        maxZoom: 20,
        attributionControl: false,
        dragRotate: false,
        touchPitch: false,
        fadeDuration: 0,
      });
      made.touchZoomRotate.disableRotation();
      made.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
      made.getCanvas().setAttribute("aria-label", t("patrol.pin.map"));
      made.once("idle", () => container.current?.setAttribute("data-ready", "1"));
      map.current = made;
      return () => made.remove();
    } catch {
      // No WebGL 2 on this device.
      setFailure(true);
      return undefined;
    }
  }, []);

  const choose = (): void => {
    const centre = map.current?.getCenter();
    if (centre) onChoose(Number(centre.lng.toFixed(7)), Number(centre.lat.toFixed(7)));
  };
  return (
    <dialog ref={dialog} class="pin-dialog" aria-label={t("patrol.pin.title")} onCancel={onClose}>
      <p class="pin-hint">{failure ? t("patrol.pin.no_webgl") : t("patrol.pin.hint")}</p>
      <div class="pin-map">
        <div ref={container} class="pin-canvas" />
        {!failure && <span class="pin-cross" aria-hidden="true" />}
      </div>
      <div class="pin-buttons">
        <button type="button" class="button wide" onClick={onClose}>
          {t("patrol.cancel")}
        </button>
        <button type="button" class="button primary wide" onClick={choose} disabled={failure}>
          {t("patrol.pin.choose")}
        </button>
      </div>
    </dialog>
  );
}
