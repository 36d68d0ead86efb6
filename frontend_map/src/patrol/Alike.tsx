import { useEffect, useState } from "preact/hooks";
import { dateTime } from "../format";
import { codeText, say, t } from "../i18n";
import { loadAlike, type Suggestion } from "./api";
import type { EntryPlace } from "./outbox";

const DELAY_MS = 600;
const SHOWN = 3;

/** What others have reported of the same kind hereabouts: perhaps this need not be sent. */
export function Alike({ place, category, text }: { place: EntryPlace; category: string; text: string }) {
  const [found, setFound] = useState<Suggestion[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      loadAlike(place, category, text, abort.signal).then(
        ({ items }) => setFound(items),
        () => setFound([]),
      );
    }, DELAY_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [place.lon, place.lat, place.crs, category, text]);
  if (found.length === 0) return null;
  return (
    <section class="card alike" aria-label={t("patrol.alike")}>
      <h2>{t("patrol.alike")}</h2>
      <p class="muted small">{t("patrol.alike_hint")}</p>
      <ul>
        {found.slice(0, SHOWN).map((one) => (
          <li key={one.number}>
            <details>
              <summary>
                {say(one.category.name)} · {codeText("state", one.state)} · {dateTime(one.reported_at)}
              </summary>
              <p>{one.text}</p>
            </details>
            <p class="muted small">{one.parts.map((part) => say(part.words)).join(t("app.comma"))}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
