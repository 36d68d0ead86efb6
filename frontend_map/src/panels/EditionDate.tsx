import { useId } from "preact/hooks";
import { today } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { at } from "../state/store";
import { isDate } from "../state/url";

/** Half-typed years (0002, 0020 …) also are dates; nobody means them. */
const EARLIEST = "1949-10-01";

/** The date whose zones are shown and asked. */
export function EditionDate() {
  const id = useId();
  const shown = at.value ?? today();
  return (
    <div class="edition">
      <label for={id}>
        <Glyph name="calendar" size={16} />
        {t("time.label")}
      </label>
      <input
        id={id}
        type="date"
        min={EARLIEST}
        title={t("time.hint")}
        value={shown}
        onChange={(event) => {
          const value = event.currentTarget.value;
          if (isDate(value) && value >= EARLIEST) at.value = value === today() ? null : value;
        }}
      />
      {at.value && (
        <button type="button" class="link" onClick={() => (at.value = null)}>
          {t("time.today")}
        </button>
      )}
    </div>
  );
}
