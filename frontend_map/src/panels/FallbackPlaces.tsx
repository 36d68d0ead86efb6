import { useEffect, useId, useState } from "preact/hooks";
import { decideFallbackPlace, loadFallbackPlaces, type FallbackPlace } from "../api/places";
import type { LonLat } from "../api/types";
import { dateTime, number, percent, place as placeText } from "../format";
import { codeText, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { ReasonField } from "../parts/ReasonField";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { announcement, incidentsVersion, pointedPlace, suspectPlaces } from "../state/store";

/** Coordinates that stand for "not found": what speaks for it, and a person's decision. */
export function FallbackPlaces() {
  const { value, error, loading, again } = useLoad("fallback", loadFallbackPlaces);
  useEffect(() => {
    suspectPlaces.value = (value ?? []).filter((one) => one.state !== "refuted").map((one) => one.place.coordinates as LonLat);
    return () => {
      suspectPlaces.value = [];
    };
  }, [value]);
  return (
    <>
      <p class="small muted locate-total">{t("fallback.intro")}</p>
      {loading && !value && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {value?.length === 0 && <p class="empty">{t("fallback.empty")}</p>}
      <ul class="fallbacks">
        {(value ?? []).map((one) => (
          <Fallback key={one.key} one={one} onDecided={again} />
        ))}
      </ul>
    </>
  );
}

function Fallback({ one, onDecided }: { one: FallbackPlace; onDecided: () => void }) {
  const [deciding, setDeciding] = useState<"confirmed" | "refuted" | null>(null);
  const at = one.place.coordinates as LonLat;
  const shown = placeText(...at);
  return (
    <li
      class="fallback"
      data-key={one.key}
      onPointerEnter={() => (pointedPlace.value = at)}
      onPointerLeave={() => (pointedPlace.value = null)}
    >
      <p class="fallback-head">
        <button type="button" class="link code" aria-label={t("fallback.show", { place: shown })} onClick={() => cityMap.value?.reveal(at, 15)}>
          <Glyph name="pin" size={14} /> {shown}
        </button>
        <span class={one.state === "suspected" ? "badge" : "badge plain"}>{t(`fallback.state.${one.state}`)}</span>
      </p>
      {one.incidents !== null && (
        <p>
          <strong>{t("fallback.incidents", { n: number(one.incidents), share: percent(one.share ?? 0) })}</strong>
          {one.waiting > 0 && <span class="muted"> · {t("fallback.waiting", { n: number(one.waiting) })}</span>}
        </p>
      )}
      {one.message && <p class="small">{say(one.message)}</p>}
      {one.examples.length > 0 && (
        <p class="small muted">
          {t("fallback.examples")}: {one.examples.join(t("app.comma"))}
        </p>
      )}
      {one.decided_at && (
        <p class="small muted">{t("fallback.decided", { date: dateTime(one.decided_at), by: codeText("actor", one.decided_by ?? ""), reason: one.reason ?? "" })}</p>
      )}
      {deciding ? (
        <Decision one={one} state={deciding} onDone={() => (setDeciding(null), onDecided())} onCancel={() => setDeciding(null)} />
      ) : (
        <div class="panel-actions">
          {one.state !== "confirmed" && (
            <button type="button" class="button" onClick={() => setDeciding("confirmed")}>
              {t("fallback.confirm")}
            </button>
          )}
          {one.state !== "refuted" && (
            <button type="button" class="button" onClick={() => setDeciding("refuted")}>
              {t("fallback.refute")}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

interface DecisionProps {
  one: FallbackPlace;
  state: "confirmed" | "refuted";
  onDone: () => void;
  onCancel: () => void;
}

function Decision({ one, state, onDone, onCancel }: DecisionProps) {
  const [reason, setReason] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [saving, setSaving] = useState(false);
  const id = useId();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (saving) return;
    if (!reason.trim()) return setError(t("fallback.need_reason"));
    setSaving(true);
    try {
      const stored = await decideFallbackPlace(one.key, state, reason.trim());
      incidentsVersion.value++;
      announcement.value = state === "confirmed" ? t("fallback.confirmed", { n: number(stored.waiting) }) : t("fallback.refuted");
      onDone();
    } catch (cause) {
      setError(t("fallback.failed", { detail: asApiError(cause).message }));
      setSaving(false);
    }
  };
  return (
    <form class="report boxed" noValidate aria-label={state === "confirmed" ? t("fallback.confirm") : t("fallback.refute")} onSubmit={(event) => void submit(event)}>
      <ReasonField id={id} label={t("fallback.reason")} hint={t("fallback.reason_hint")} value={reason} error={error} onInput={setReason} />
      <div class="panel-actions">
        <button type="submit" class="button primary" aria-disabled={saving}>
          {saving ? t("fallback.saving") : state === "confirmed" ? t("fallback.confirm") : t("fallback.refute")}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("override.cancel")}
        </button>
      </div>
    </form>
  );
}
