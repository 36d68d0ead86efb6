import { number } from "../format";
import { t } from "../i18n";

interface Props {
  shown: number;
  busy: boolean;
  /** Reads the next page; null: there is none. */
  more: (() => void) | null;
}

/** Below a list that is read page by page: how much is shown, and more of it. */
export function ListEnd({ shown, busy, more }: Props) {
  if (shown === 0) return busy ? <p class="waiting">{t("app.loading")}</p> : null;
  return (
    <p class="list-end">
      <span class="muted">{t("list.shown", { n: number(shown) })}</span>
      {more ? (
        <button type="button" class="button" disabled={busy} onClick={more}>
          {t("list.more")}
        </button>
      ) : (
        <span class="muted">{t("list.end")}</span>
      )}
    </p>
  );
}
