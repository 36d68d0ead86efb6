import { useEffect } from "preact/hooks";
import { cityMap } from "../state/map";

/** Keeps the coloured zones on the map while the page is open. */
export function RankingLayers() {
  const city = cityMap.value;
  useEffect(() => {
    if (!city) return;
    let gone = false;
    let end: (() => void) | undefined;
    void import("../map/rankings").then(({ attachRankings }) => {
      if (!gone) end = attachRankings(city);
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [city]);
  return null;
}
