import { useEffect, useId, useState } from "preact/hooks";
import { search } from "../api/search";
import type { ApiError } from "../api/client";
import type { SearchHit } from "../api/types";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { asApiError } from "../parts/load";
import { cityMap } from "../state/map";
import { announcement, ask, layerName, reporting, selection } from "../state/store";

/** Typing rests this long before the server is asked. */
const PAUSE_MS = 180;

/** Search as a combobox: arrows move through the results, Enter takes one; an IME's own Enter does not. */
export function Search() {
  const [text, setText] = useState("");
  const [hits, setHits] = useState<SearchHit[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const [composing, setComposing] = useState(false);
  const id = useId();
  const query = text.trim();

  useEffect(() => {
    if (query === "" || composing) {
      setHits(null);
      setError(null);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      search(query, abort.signal)
        .then((found) => {
          setHits(found);
          setActive(0);
          setError(null);
          announcement.value = found.length > 0 ? t("search.count", { n: found.length }) : t("search.none", { q: query });
        })
        .catch((cause: unknown) => {
          if (abort.signal.aborted) return;
          setHits(null);
          setError(asApiError(cause));
        });
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [query, composing]);

  const take = (hit: SearchHit): void => {
    setOpen(false);
    reporting.value = false;
    if (hit.bounds) cityMap.value?.fit(hit.bounds);
    else if (hit.point) cityMap.value?.reveal(hit.point, 16.5);
    if (hit.type === "zone" && hit.layer) selection.value = { type: "zone", layer: hit.layer, code: hit.code };
    else if (hit.type === "incident") selection.value = { type: "incident", number: hit.code };
    else if (hit.point && hit.type !== "road") ask(...hit.point);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const count = hits?.length ?? 0;
    if (event.key === "Escape") {
      if (!open) setText("");
      setOpen(false);
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (count === 0) return;
      event.preventDefault();
      setOpen(true);
      setActive((now) => (now + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const hit = hits?.[active];
      if (open && hit) take(hit);
    }
  };

  const shown = open && query !== "" && (hits !== null || error !== null);
  return (
    <div class="search" role="search" onFocusOut={(event) => !(event.currentTarget as Element).contains(event.relatedTarget as Node | null) && setOpen(false)}>
      <Glyph name="search" size={16} />
      <input
        id="search"
        type="search"
        role="combobox"
        list={undefined}
        aria-label={t("search.label")}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(shown && hits?.length ? { "aria-activedescendant": `${id}-${active}` } : {})}
        autocomplete="off"
        spellcheck={false}
        placeholder={t("search.placeholder")}
        value={text}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <kbd class="search-key" aria-hidden="true">
        /
      </kbd>
      <div class="search-results" hidden={!shown}>
        <ul id={`${id}-list`} role="listbox" aria-label={t("search.results")}>
          {(hits ?? []).map((hit, index) => (
            <li
              key={`${hit.type} ${hit.layer ?? ""} ${hit.code} ${index}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              // The input keeps the focus; the pointer only chooses.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(hit)}
            >
              <span class="hit-type">{hit.type === "zone" && hit.layer ? say(layerName(hit.layer)) : t(`search.type.${hit.type}`)}</span>
              <span class="hit-label">{say(hit.label)}</span>
              <span class="muted small">{say(hit.detail)}</span>
            </li>
          ))}
        </ul>
        {hits?.length === 0 && <p class="muted">{t("search.none", { q: query })}</p>}
        {error && <p class="field-error">{error.code === "unreachable" ? t("notice.unreachable") : error.message}</p>}
      </div>
    </div>
  );
}
