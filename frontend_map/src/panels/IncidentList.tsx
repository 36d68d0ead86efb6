import { useEffect, useRef, useState } from "preact/hooks";
import { loadStatistics } from "../api/places";
import { loadIncidents, type IncidentFilter } from "../api/incidents";
import type { ApiError } from "../api/client";
import type { IncidentSummary, LonLat } from "../api/types";
import { dateTime, daysAgo, number } from "../format";
import { codeText, say, t } from "../i18n";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { ListEnd } from "../parts/ListEnd";
import { Panel } from "../parts/Panel";
import { Trouble } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { Glyph } from "../parts/Glyph";
import { chips, type Chip } from "../state/chips";
import { SINGLES_FROM } from "../map/incidents";
import { STATES } from "../state/incidents";
import * as store from "../state/store";
import { DEFAULT_FILTER, PERIODS, type ListFilter } from "../state/url";
import { bringIntoSight } from "../parts/sight";

const PAGE = 30;
/** The list waits until the map has come to rest. */
const SETTLE_MS = 400;

function question(filter: ListFilter): IncidentFilter {
  return {
    states: filter.states,
    zone: filter.zone ? `${filter.zone.layer}:${filter.zone.code}` : null,
    from: filter.period ? daysAgo(Number.parseInt(filter.period, 10)) : null,
    bbox: filter.inView ? store.mapBounds.value : null,
  };
}

/** The list: everything the map shows of incidents, in words, with the same filters. */
export function IncidentList() {
  const [items, setItems] = useState<IncidentSummary[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(true);
  const run = useRef<AbortController | null>(null);
  const filter = store.filter.value;
  const asked = JSON.stringify(question(filter));
  const version = store.incidentsVersion.value;

  const load = (after: string | null): void => {
    run.current?.abort();
    const abort = (run.current = new AbortController());
    setBusy(true);
    setError(null);
    loadIncidents(question(store.filter.value), after, PAGE, abort.signal)
      .then((page) => {
        if (abort.signal.aborted) return;
        setItems((before) => (after ? [...before, ...page.items] : page.items));
        setNext(page.next);
        setBusy(false);
        if (!after) store.announcement.value = t("list.shown", { n: page.items.length });
      })
      .catch((cause: unknown) => {
        if (abort.signal.aborted) return;
        setBusy(false);
        setError(asApiError(cause));
      });
  };

  useEffect(() => {
    const timer = window.setTimeout(() => load(null), filter.inView ? SETTLE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [asked, version]);
  useEffect(() => () => run.current?.abort(), []);

  return (
    <Panel side="left" id="incident-list" title={t("list.title")} subject="list" onClose={() => (store.panel.value = null)}>
      <Filters filter={filter} />
      <NotLocated filter={filter} version={version} />
      {error && <Trouble error={error} again={() => load(null)} />}
      {!error && !busy && items.length === 0 && <p class="empty">{t("list.empty")}</p>}
      <ul class={busy ? "incidents is-old" : "incidents"} aria-label={t("list.label")} aria-busy={busy}>
        {items.map((item) => (
          <Row key={item.number} item={item} />
        ))}
      </ul>
      <ListEnd shown={items.length} busy={busy} more={next ? () => load(next) : null} />
    </Panel>
  );
}

/** Incidents that neither the map nor a count by zone can hold. */
function NotLocated({ filter, version }: { filter: ListFilter; version: number }) {
  const from = filter.period ? daysAgo(Number.parseInt(filter.period, 10)) : null;
  // With a zone or the map's view as filter, nothing can be said about what has no place.
  const asked = filter.zone || filter.inView ? null : JSON.stringify([filter.states, from, version]);
  const { value } = useLoad(asked, (abort) => loadStatistics({ state: filter.states, from }, abort));
  const missing = asked && value ? value.not_located.total : 0;
  if (missing === 0) return null;
  return (
    <p class="not-located small">
      {t("list.not_located", { n: number(missing) })}{" "}
      <button type="button" class="link" onClick={() => (store.panel.value = "locate")}>
        {t("locate.start")}
      </button>
    </p>
  );
}

function Row({ item }: { item: IncidentSummary }) {
  const selected = store.selection.value?.type === "incident" && store.selection.value.number === item.number;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) bringIntoSight(row.current);
  }, [selected]);
  const point = (): void => void (store.pointedPlace.value = (item.place?.coordinates as LonLat | undefined) ?? null);
  const release = (): void => void (store.pointedPlace.value = null);
  return (
    <li ref={row} onPointerEnter={point} onPointerLeave={release}>
      <button
        type="button"
        class="incident-row"
        aria-current={selected ? "true" : undefined}
        onFocus={point}
        onBlur={release}
        onClick={() => (store.selection.value = { type: "incident", number: item.number })}
      >
        <IncidentSymbol state={item.state} urgency={item.urgency} />
        <span class="incident-main">
          <strong>{say(item.category.name)}</strong>
          <span class="small">
            {codeText("state", item.state)}
            {item.urgency === "urgent" && <span class="badge urgent">{t("list.urgent")}</span>}
            {item.place_status === "unlocated" && <span class="badge">{t("incident.unlocated")}</span>}
            <span class="muted"> · </span>
            <time class="muted" dateTime={item.reported_at}>
              {dateTime(item.reported_at)}
            </time>
          </span>
          <span class="small muted">{item.address || item.text}</span>
          <span class="small muted">{[item.base_grid && say(item.base_grid.name), item.responsible && say(item.responsible.name)].filter(Boolean).join(" · ")}</span>
        </span>
      </button>
    </li>
  );
}

function Filters({ filter }: { filter: ListFilter }) {
  const change = (part: Partial<ListFilter>): void => void (store.filter.value = { ...store.filter.value, ...part });
  const state = filter.states.length === 0 ? "all" : filter.states.length === 1 ? filter.states[0]! : "some";
  const removable = chips(filter);
  const zoom = store.camera.value?.zoom ?? 0;
  return (
    <div class="filters" role="group" aria-label={t("list.filters")}>
      <div class="filter-fields">
        <label>
          <span class="label">{t("list.state")}</span>
          <select value={state} onChange={(event) => change({ states: event.currentTarget.value === "all" ? [] : [event.currentTarget.value] })}>
            <option value="open">{t("list.open")}</option>
            <option value="all">{t("list.all")}</option>
            {state === "some" && <option value="some">{filter.states.map((one) => codeText("state", one)).join(" / ")}</option>}
            {STATES.map((one) => (
              <option key={one} value={one}>
                {codeText("state", one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="label">{t("list.period")}</span>
          <select
            value={filter.period ?? ""}
            onChange={(event) => change({ period: PERIODS.find((one) => one === event.currentTarget.value) ?? null })}
          >
            <option value="">{t("list.period.any")}</option>
            {PERIODS.map((one) => (
              <option key={one} value={one}>
                {t(`list.period.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {store.mapState.value !== "absent" && (
        <label class="check">
          <input type="checkbox" checked={filter.inView} onChange={(event) => change({ inView: event.currentTarget.checked })} />
          {t("list.in_view")}
        </label>
      )}
      {removable.length > 0 && (
        <ul class="chips">
          {removable.map((chip) => (
            <li key={chip.id}>
              <button type="button" class="chip" aria-label={t("list.remove_filter", { name: chipName(chip, filter) })} onClick={() => (store.filter.value = chip.without)}>
                {chipName(chip, filter)}
                <Glyph name="close" size={12} />
              </button>
            </li>
          ))}
          {removable.length > 1 && (
            <li>
              <button type="button" class="link" onClick={() => (store.filter.value = { ...DEFAULT_FILTER, states: [] })}>
                {t("list.clear_filters")}
              </button>
            </li>
          )}
        </ul>
      )}
      {filter.period && zoom < SINGLES_FROM && <p class="muted small">{t("list.period_note")}</p>}
    </div>
  );
}

function chipName({ id }: Chip, filter: ListFilter): string {
  switch (id) {
    case "state":
      return filter.states.map((one) => (one === "open" ? t("list.open") : codeText("state", one))).join(" / ");
    case "zone":
      return t("list.zone_chip", { layer: say(store.layerName(filter.zone!.layer)), name: filter.zone!.code });
    case "period":
      return t(`list.period.${filter.period!}`);
    case "view":
      return t("list.in_view_chip");
  }
}
