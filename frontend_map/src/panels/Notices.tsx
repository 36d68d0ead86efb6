import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { serverReachable } from "../api/client";
import { date, number } from "../format";
import { t } from "../i18n";
import { zonesThen } from "../state/edition";
import { at, cityLayers, editionDate, flash, hindrance, mapState, tileTrouble } from "../state/store";

/** "686 base grids, today 863". */
function Compared() {
  const grids = cityLayers.value.find((layer) => layer.kind === "base_grid");
  const then = grids && zonesThen.value.get(grids.code);
  if (!grids || then === undefined) return null;
  return <span class="muted">{t("notice.compared", { past: number(then), now: number(grids.zones) })}</span>;
}

const FLASH_MS = 8_000;

/** What was just done, or why it was not; the live region has said it already. */
function Flash({ said, looks }: { said: Signal<string | null>; looks: "good" | "hinders" }) {
  const text = said.value;
  useEffect(() => {
    if (text === null) return;
    const timer = window.setTimeout(() => void (said.value = null), FLASH_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return text === null ? null : <div class={`notice ${looks}`}>{text}</div>;
}

export function Notices({ retry }: { retry: () => void }) {
  const history = editionDate.value;
  return (
    <div class="notices">
      <Flash said={flash} looks="good" />
      <Flash said={hindrance} looks="hinders" />
      {!serverReachable.value && (
        <div class="notice bad" role="alert">
          {t("notice.unreachable")}
          <button type="button" class="link" onClick={retry}>
            {t("app.retry")}
          </button>
        </div>
      )}
      {serverReachable.value && tileTrouble.value && (
        <div class="notice bad" role="alert">
          {t("notice.tiles")}
          <button type="button" class="link" onClick={retry}>
            {t("app.retry")}
          </button>
        </div>
      )}
      {history && mapState.value !== "absent" && (
        <div class="notice" role="status">
          {t("notice.history", { date: date(history) })} <Compared />
          <button type="button" class="link" onClick={() => (at.value = null)}>
            {t("notice.history_back")}
          </button>
        </div>
      )}
    </div>
  );
}
