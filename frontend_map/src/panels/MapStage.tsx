import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { cityMap } from "../state/map";
import { city, cityLayers, mapState, page, panel, picking } from "../state/store";

/** The map itself with its buttons and the crosshair; a plain notice where there is no WebGL. */
export function MapStage() {
  const box = useRef<HTMLDivElement>(null);
  const [keyboard, setKeyboard] = useState(false);

  useEffect(() => {
    const here = city.value;
    if (!here || !box.current || cityMap.value) return;
    let gone = false;
    void import("../map/controller")
      .then(({ CityMap }) => {
        if (gone || !box.current) return;
        cityMap.value = new CityMap(box.current, here, cityLayers.value);
        expose();
      })
      .catch((cause: unknown) => {
        console.warn("no map:", cause);
        mapState.value = "absent";
        if (page.value === "map") panel.value ??= "list";
        document.body.dataset["ready"] = "1";
      });
    return () => void (gone = true);
  }, [city.value]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLCanvasElement)) return;
    event.preventDefault();
    cityMap.value?.takeCentre();
  };
  const absent = mapState.value === "absent";
  return (
    <div class="stage-map" onKeyDown={onKeyDown} onFocusIn={(event) => setKeyboard((event.target as Element).matches("canvas:focus-visible"))} onFocusOut={() => setKeyboard(false)}>
      <div id="map" ref={box} hidden={absent} />
      {absent && (
        <div class="no-map" role="note">
          <p>{t("notice.no_webgl")}</p>
        </div>
      )}
      {mapState.value === "starting" && <p class="map-wait">{t("app.loading")}</p>}
      {!absent && ((keyboard && page.value === "map") || picking.value) && (
        <>
          <svg class="crosshair" width="44" height="44" viewBox="0 0 44 44" aria-hidden="true">
            <path d="M22 4v12M22 28v12M4 22h12M28 22h12" stroke="#fff" stroke-width="5" stroke-linecap="round" />
            <path d="M22 4v12M22 28v12M4 22h12M28 22h12" stroke="#8a2d12" stroke-width="2" stroke-linecap="round" />
          </svg>
          <p class="map-hint">{picking.value ? t("map.hint_pick") : t("map.hint_keyboard")}</p>
        </>
      )}
      {!absent && (
        <div class="map-tools">
          <button type="button" class="icon-button" aria-label={t("map.zoom_in")} title={t("map.zoom_in")} onClick={() => cityMap.value?.zoomBy(1)}>
            <Glyph name="plus" />
          </button>
          <button type="button" class="icon-button" aria-label={t("map.zoom_out")} title={t("map.zoom_out")} onClick={() => cityMap.value?.zoomBy(-1)}>
            <Glyph name="minus" />
          </button>
          <button type="button" class="icon-button" aria-label={t("map.home")} title={t("map.home")} onClick={() => cityMap.value?.home()}>
            <Glyph name="home" />
          </button>
        </div>
      )}
    </div>
  );
}

declare global {
  interface Window {
    /** For browser tests and for curious people at the console. */
    gridgov?: { map: NonNullable<typeof cityMap.value>["map"] };
  }
}

function expose(): void {
  const handle = cityMap.value;
  if (handle) window.gridgov = { map: handle.map };
}
