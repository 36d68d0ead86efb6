import { useEffect, useState } from "preact/hooks";
import { metres, place as placeText } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { loadNearby } from "./api";
import { change, draft, myGrid, nearby, online } from "./state";
import * as db from "./database";

type Pin = typeof import("./PinMap").PinMap;
/** A place known less well than this is said to be rough, in metres. */
const ROUGH_M = 50;
const PATIENCE_MS = 20_000;

type Trouble = "denied" | "unavailable" | "timeout" | "absent" | "no_map";

export function PlaceCard() {
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [pin, setPin] = useState<{ Map: Pin } | null>(null);
  const place = draft.value.place;

  const locate = (): void => {
    if (!("geolocation" in navigator)) return setTrouble("absent");
    setAsking(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setAsking(false);
        setTrouble(null);
        change({ place: { lon: coords.longitude, lat: coords.latitude, crs: draft.value.place?.crs ?? "wgs84", accuracy_m: Math.ceil(coords.accuracy) } });
      },
      (error) => {
        setAsking(false);
        setTrouble(error.code === error.PERMISSION_DENIED ? "denied" : error.code === error.TIMEOUT ? "timeout" : "unavailable");
      },
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    );
  };
  /** The map is large: it is loaded when somebody wants it. */
  const openPin = async (): Promise<void> => {
    try {
      const { PinMap } = await import("./PinMap");
      setPin({ Map: PinMap });
    } catch {
      setTrouble("no_map");
    }
  };
  useEffect(() => {
    if (!draft.value.place) locate();
  }, [draft.value.id]);

  useEffect(() => {
    if (!place || !online.value) return;
    const abort = new AbortController();
    loadNearby(place, abort.signal).then(
      (found) => {
        nearby.value = found;
        if (!draft.value.addressOwn) change({ address: found.address?.zh ?? "" });
        if (found.base_grid) {
          myGrid.value = found.base_grid;
          void db.putNote("grid", found.base_grid);
        }
      },
      () => (nearby.value = null),
    );
    return () => abort.abort();
  }, [place?.lon, place?.lat, place?.crs, online.value]);

  return (
    <section class="card place" aria-label={t("patrol.place")}>
      <div class="card-head">
        <h2>{t("patrol.place")}</h2>
        <button type="button" class="button" disabled={asking} onClick={locate}>
          <Glyph name="target" />
          {asking ? t("patrol.place.asking") : t("patrol.place.again")}
        </button>
        <button type="button" class="button" onClick={() => void openPin()} disabled={!online.value}>
          <Glyph name="pin" />
          {t("patrol.place.map")}
        </button>
      </div>
      {place ? (
        <>
          {nearby.value?.landmark && online.value ? <p class="landmark">{say(nearby.value.landmark.words)}</p> : <p class="landmark">{placeText(place.lon, place.lat)}</p>}
          <p class="muted small">
            {place.accuracy_m === null ? t("patrol.place.by_map") : t("patrol.place.accuracy", { metres: metres(place.accuracy_m) })}
            {" · "}
            {t(`patrol.datum.${place.crs}`)}
            {nearby.value?.base_grid && online.value && ` · ${say(nearby.value.base_grid.name)}`}
          </p>
          {place.accuracy_m !== null && place.accuracy_m > ROUGH_M && <p class="warning small">{t("patrol.place.rough")}</p>}
          {place.accuracy_m !== null && (
            <details class="datum">
              <summary>{t("patrol.datum")}</summary>
              <label class="check">
                <input type="checkbox" name="gcj02" checked={place.crs === "gcj02"} onChange={(event) => change({ place: { ...place, crs: event.currentTarget.checked ? "gcj02" : "wgs84" } })} />
                {t("patrol.datum.shifted")}
              </label>
              <p class="muted small">{t("patrol.datum.hint")}</p>
            </details>
          )}
        </>
      ) : (
        <p class="muted">{asking ? t("patrol.place.asking") : t("patrol.place.none")}</p>
      )}
      {trouble && <p class="warning small">{t(`patrol.place.${trouble}`)}</p>}
      {pin && (
        <pin.Map
          start={nearby.value ? nearby.value.place.coordinates : place ? [place.lon, place.lat] : null}
          onChoose={(lon, lat) => {
            change({ place: { lon, lat, crs: "wgs84", accuracy_m: null } });
            setTrouble(null);
            setPin(null);
          }}
          onClose={() => setPin(null)}
        />
      )}
    </section>
  );
}
