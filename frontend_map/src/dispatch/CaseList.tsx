import { useEffect, useRef } from "preact/hooks";
import type { CaseRow } from "../api/dispatch";
import type { LonLat } from "../api/types";
import { codeText, say, t } from "../i18n";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { ListEnd } from "../parts/ListEnd";
import { bringIntoSight } from "../parts/sight";
import { Trouble } from "../parts/Trouble";
import { pointedPlace } from "../state/store";
import { isPlain } from "./chips";
import { ClockMark } from "./ClockMark";
import { readList, readMore } from "./feed";
import { shortMoment } from "./moments";
import { now } from "./now";
import * as desk from "./state";
import { NO_FILTER } from "./address";
import { may } from "../state/session";

/** The list: what the map shows, in words, in the order that was asked for, until somebody asks anew. */
export function CaseList() {
  const rows = desk.rows.value;
  const error = desk.failure.value;
  const busy = desk.loading.value;
  return (
    <div class="desk-body case-list" tabIndex={-1} id="case-list">
      {error && <Trouble error={error} again={() => void readList()} />}
      {!error && !busy && rows.length === 0 && <Empty />}
      <ul class={busy ? "cases is-old" : "cases"} aria-label={t("desk.list")} aria-busy={busy}>
        {rows.map((row) => (
          <Row key={row.number} row={row} />
        ))}
      </ul>
      <ListEnd shown={rows.length} busy={busy} more={desk.nextPage.value ? () => void readMore() : null} />
    </div>
  );
}

/** Nothing found: why, and what to do. */
function Empty() {
  if (isPlain(desk.filter.value)) return <p class="empty">{t("desk.empty_all")}</p>;
  return (
    <div class="empty">
      <p>{t("desk.empty")}</p>
      <button type="button" class="button" onClick={() => desk.setFilter(NO_FILTER)}>
        {t("list.clear_filters")}
      </button>
    </div>
  );
}

export function Row({ row }: { row: CaseRow }) {
  const chosen = desk.openNumber.value === row.number;
  const here = desk.cursor.value === row.number;
  const gone = desk.left.value.has(row.number);
  const box = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (here) bringIntoSight(box.current);
  }, [here]);
  const point = (): void => {
    desk.pointed.value = row.number;
    pointedPlace.value = (row.place?.coordinates as LonLat | undefined) ?? null;
  };
  const release = (): void => {
    if (desk.pointed.peek() !== row.number) return;
    desk.pointed.value = null;
    pointedPlace.value = null;
  };
  const responsible = row.responsible ? say(row.responsible.name) : t("desk.nobody");
  return (
    <li
      ref={box}
      class={`case${gone ? " is-gone" : ""}${desk.marked.value.has(row.number) ? " is-marked" : ""}${desk.pointed.value === row.number ? " is-pointed" : ""}`}
      data-number={row.number}
      onPointerEnter={point}
      onPointerLeave={release}
    >
      <label class="case-mark" title={`${t("desk.mark")} (X)`}>
        <input type="checkbox" tabIndex={-1} disabled={!may("cases_step")} aria-label={t("desk.mark_one", { number: row.number })} checked={desk.marked.value.has(row.number)} onChange={(event) => desk.mark(row.number, event.currentTarget.checked)} />
      </label>
      <button
        type="button"
        class="case-row"
        data-row={row.number}
        tabIndex={here ? 0 : -1}
        aria-current={chosen ? "true" : undefined}
        onFocus={() => {
          desk.cursor.value = row.number;
          point();
        }}
        onBlur={release}
        onClick={() => desk.openIncident(row.number)}
      >
        <IncidentSymbol state={row.state} urgency={row.urgency} size={22} />
        <span class="case-head">
          <strong>{say(row.category.name)}</strong>
          {row.urgency === "urgent" && <span class="badge urgent">{t("list.urgent")}</span>}
          {row.place_status === "unlocated" && <span class="badge">{t("incident.unlocated")}</span>}
          {gone && <span class="badge plain">{t("desk.gone")}</span>}
        </span>
        <ClockMark clock={row.clock} />
        <span class="case-line small">
          <span class="case-state">{codeText("state", row.state)}</span>
          <span class="muted">{[row.base_grid ? say(row.base_grid.name) : null, responsible].filter(Boolean).join(" · ")}</span>
        </span>
        <span class="case-line small muted">
          <time dateTime={row.reported_at}>{shortMoment(row.reported_at, now.value)}</time>
          <span>{row.address || row.text}</span>
        </span>
      </button>
    </li>
  );
}
