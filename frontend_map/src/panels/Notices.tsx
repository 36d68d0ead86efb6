import { serverReachable } from "../api/client";
import { date } from "../format";
import { t } from "../i18n";
import { at, editionDate, mapState, tileTrouble } from "../state/store";

export function Notices({ retry }: { retry: () => void }) {
  const history = editionDate.value;
  return (
    <div class="notices">
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
          {t("notice.history", { date: date(history) })}
          <button type="button" class="link" onClick={() => (at.value = null)}>
            {t("notice.history_back")}
          </button>
        </div>
      )}
    </div>
  );
}
