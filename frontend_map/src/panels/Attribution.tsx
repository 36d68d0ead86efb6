import { say, t } from "../i18n";
import { city, helpOpen } from "../state/store";

/** Always in sight: who the map data is from, and that part of it is made up. */
export function Attribution() {
  const here = city.value;
  if (!here) return null;
  const attribution = say(here.attribution) || "© OpenStreetMap contributors";
  // A city may say so in its attribution already.
  const unsaid = here.datasets.some((dataset) => dataset.synthetic) && !/合成|synthetic/i.test(attribution);
  return (
    <p class="attribution">
      <span>{attribution}</span>
      {unsaid && <span class="synthetic">{t("map.synthetic")}</span>}
      <button type="button" class="link" onClick={() => (helpOpen.value = true)}>
        {t("map.sources")}
      </button>
    </p>
  );
}
