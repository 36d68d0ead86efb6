import type { ApiError } from "../api/client";
import { t } from "../i18n";

/** An error inside a panel: what happened, and a way on. */
export function Trouble({ error, again }: { error: ApiError; again?: () => void }) {
  const text =
    error.status === 404
      ? t("notice.not_found")
      : error.code === "unreachable"
        ? t("notice.unreachable")
        : // What was asked was wrong, not the server: its own words say what.
          error.status >= 400 && error.status < 500
          ? error.message
          : t("notice.server_error", { detail: error.message });
  return (
    <div class="trouble" role="alert">
      <p>{text}</p>
      {again && error.status !== 404 && (
        <button type="button" class="button" onClick={again}>
          {t("app.retry")}
        </button>
      )}
    </div>
  );
}

export function Waiting() {
  return (
    <p class="waiting" role="status">
      {t("app.loading")}
    </p>
  );
}
