import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { loadStatistics, loadUnlocated, type IncidentStatistics } from "../api/places";
import type { IncidentSummary } from "../api/types";
import { dateTime, number } from "../format";
import { codeText, say, t } from "../i18n";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { ListEnd } from "../parts/ListEnd";
import { Panel } from "../parts/Panel";
import { Tabs } from "../parts/Tabs";
import { Trouble } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { queue, reasonShown, reasons } from "../state/locating";
import * as store from "../state/store";
import { FallbackPlaces } from "./FallbackPlaces";
import { bringIntoSight } from "../parts/sight";

const PAGE = 50;

/** Incidents that no map can show: why, how many, and which is next. */
export function LocatePanel() {
  const [tab, setTab] = useState<"queue" | "fallback">("queue");
  const version = store.incidentsVersion.value;
  const statistics = useLoad(`${version}`, (abort) => loadStatistics({ state: "open" }, abort));
  return (
    <Panel side="left" id="locate-panel" title={t("locate.title")} subject="locate" onClose={() => (store.panel.value = null)}>
      <Tabs
        label={t("locate.tabs")}
        tabs={[
          { key: "queue", name: t("locate.tab.queue"), count: statistics.value?.not_located.total },
          { key: "fallback", name: t("locate.tab.fallback") },
        ]}
        value={tab}
        onChange={setTab}
      />
      {tab === "queue" ? <Queue statistics={statistics.value} /> : <FallbackPlaces />}
    </Panel>
  );
}

function Queue({ statistics }: { statistics: IncidentStatistics | null }) {
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(true);
  const run = useRef<AbortController | null>(null);
  const reason = reasonShown.value;
  const version = store.incidentsVersion.value;
  const items = queue.value;

  const load = (after: string | null): void => {
    run.current?.abort();
    const abort = (run.current = new AbortController());
    setBusy(true);
    setError(null);
    loadUnlocated(reason ? [reason] : [], after, PAGE, abort.signal)
      .then((page) => {
        if (abort.signal.aborted) return;
        queue.value = after ? [...queue.value, ...page.items] : page.items;
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
  useEffect(() => load(null), [reason, version]);
  useEffect(() => () => run.current?.abort(), []);

  const counted = reasons(statistics);
  return (
    <>
      {statistics && (
        <p class="locate-total">
          {statistics.not_located.total > 0
            ? t("locate.total", { n: number(statistics.not_located.total), all: number(statistics.total) })
            : t("locate.none_total", { all: number(statistics.total) })}
        </p>
      )}
      {counted.length > 0 && (
        <div class="chips" role="group" aria-label={t("locate.reasons")}>
          <ReasonChip code={null} count={statistics?.not_located.total ?? 0} />
          {counted.map(({ code, count }) => (
            <ReasonChip key={code} code={code} count={count} />
          ))}
        </div>
      )}
      {error && <Trouble error={error} again={() => load(null)} />}
      {!error && !busy && items.length === 0 && <p class="empty">{reason ? t("locate.empty_reason") : t("locate.empty")}</p>}
      <ul class={busy ? "incidents is-old" : "incidents"} aria-label={t("locate.queue")} aria-busy={busy}>
        {items.map((item) => (
          <Row key={item.number} item={item} />
        ))}
      </ul>
      <ListEnd shown={items.length} busy={busy} more={next ? () => load(next) : null} />
    </>
  );
}

function ReasonChip({ code, count }: { code: string | null; count: number }) {
  return (
    <button type="button" class="chip choice-chip" aria-pressed={reasonShown.value === code} data-reason={code ?? "all"} onClick={() => (reasonShown.value = code)}>
      {code === null ? t("locate.reason_all") : codeText("place_problem", code)} <span class="chip-count">{number(count)}</span>
    </button>
  );
}

function Row({ item }: { item: IncidentSummary }) {
  const selected = store.selection.value?.type === "incident" && store.selection.value.number === item.number;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (selected) bringIntoSight(row.current);
  }, [selected]);
  return (
    <li ref={row}>
      <button
        type="button"
        class="incident-row"
        data-number={item.number}
        aria-current={selected ? "true" : undefined}
        onClick={() => {
          store.reporting.value = false;
          store.selection.value = { type: "incident", number: item.number };
        }}
      >
        <IncidentSymbol state={item.state} urgency={item.urgency} />
        <span class="incident-main">
          <strong>{say(item.category.name)}</strong>
          <span class="small">
            {item.place_problem && <span class="badge">{codeText("place_problem", item.place_problem.code)}</span>}
            {item.urgency === "urgent" && <span class="badge urgent">{t("list.urgent")}</span>}{" "}
            <time class="muted" dateTime={item.reported_at}>
              {dateTime(item.reported_at)}
            </time>
          </span>
          <span class="small muted">{item.address || item.text}</span>
        </span>
      </button>
    </li>
  );
}
