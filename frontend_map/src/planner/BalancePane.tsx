import { useEffect, useRef, useState } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { COLUMNS, histogram, type Column, type Row } from "./balance";
import { zoomTo } from "./moves";
import { band, choose, draft, listed, order, pointed, rows, shapes, target } from "./state";
import { planView } from "./view";
import { zoneName, zoneSuffix } from "./words";

const ROW_PX = 32;
const SPARE = 6;

/** Grids by size, and all of them in a table that shows only the rows in sight. */
export function BalancePane() {
  return (
    <div class="plan-pane balance">
      <Histogram />
      <BalanceTable />
    </div>
  );
}

function Histogram() {
  const sizes = rows.value.filter((row) => row.units > 0).map((row) => row.households);
  const bars = histogram(sizes, band.value);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  if (bars.length === 0) return null;
  return (
    <figure class="histogram">
      <figcaption class="small muted">{t("histogram.title", { min: number(band.value.min), max: number(band.value.max) })}</figcaption>
      <ol class="bars">
        {bars.map((bar) => (
          <li key={bar.from} class={`is-${bar.balance}`} title={t("histogram.bar", { from: number(bar.from), to: number(bar.to), n: number(bar.count) })}>
            <span class="visually-hidden">{t("histogram.bar", { from: number(bar.from), to: number(bar.to), n: number(bar.count) })}</span>
            <span class="size-count" aria-hidden="true">
              {bar.count || ""}
            </span>
            <span class="size" style={{ height: `${(44 * bar.count) / most}px` }} aria-hidden="true" />
            <span class="size-from" aria-hidden="true">
              {bar.from}
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

function sortBy(by: Column): void {
  order.value = order.value.by === by ? { by, down: !order.value.down } : { by, down: by !== "grid" };
}

function BalanceTable() {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const all = listed.value;
  const now = target.value;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  // A grid chosen on the map comes into sight here.
  useEffect(() => {
    const at = listed.peek().findIndex((row) => row.number === now);
    const element = box.current;
    if (at < 0 || !element) return;
    const y = at * ROW_PX;
    if (y < element.scrollTop || y > element.scrollTop + element.clientHeight - 2 * ROW_PX) element.scrollTop = y - element.clientHeight / 2;
  }, [now]);

  const go = (at: number): void => {
    const row = all[Math.max(0, Math.min(all.length - 1, at))];
    if (!row) return;
    choose(row.number);
    reveal(row.number);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = all.findIndex((row) => row.number === now);
    const page = Math.max(1, Math.floor(height / ROW_PX) - 2);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: all.length - 1 };
    const next = steps[event.key];
    if (next !== undefined) go(next);
    else if (event.key === "Enter" && now !== null) zoomTo([now]);
    else return;
    event.preventDefault();
  };
  const from = Math.max(0, Math.floor(top / ROW_PX) - SPARE);
  const to = Math.min(all.length, Math.ceil((top + height) / ROW_PX) + SPARE);
  const seen = all.slice(from, to);
  return (
    <div
      ref={box}
      class="grid-table"
      role="grid"
      id="grid-table"
      aria-label={t("table.title")}
      aria-rowcount={all.length + 1}
      tabIndex={0}
      {...(seen.some((row) => row.number === now) ? { "aria-activedescendant": `grid-row-${now}` } : {})}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" class="grid-head">
        <div role="row" class="grid-row" aria-rowindex={1}>
          {COLUMNS.map((by) => (
            <span key={by} role="columnheader" class={by === "grid" ? "" : "number"} aria-sort={order.value.by === by ? (order.value.down ? "descending" : "ascending") : "none"}>
              <button type="button" class="sort" onClick={() => sortBy(by)}>
                {t(`column.${by}`)}
                <span aria-hidden="true">{order.value.by === by ? (order.value.down ? " ↓" : " ↑") : ""}</span>
              </button>
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: `${all.length * ROW_PX}px`, position: "relative" }}>
        {seen.map((row, index) => (
          <TableRow key={row.number} row={row} at={from + index} active={row.number === now} />
        ))}
      </div>
    </div>
  );
}

function reveal(zone: number): void {
  const unit = draft.value?.sumsOf(zone).units.values().next().value;
  const place = unit === undefined ? undefined : shapes.value?.places[unit];
  if (place) planView.value?.reveal(place);
}

function TableRow({ row, at, active }: { row: Row; at: number; active: boolean }) {
  const off = row.deviation;
  const moved = row.movedIn + row.movedOut;
  return (
    <div
      role="row"
      id={`grid-row-${row.number}`}
      class={active ? "grid-row is-active" : "grid-row"}
      style={{ top: `${at * ROW_PX}px` }}
      data-zone={row.number}
      data-code={row.zone.code ?? ""}
      aria-rowindex={at + 2}
      aria-selected={active}
      onClick={(event) => {
        choose(row.number, event.shiftKey);
        reveal(row.number);
      }}
      onDblClick={() => zoomTo([row.number])}
      onPointerEnter={() => (pointed.value = row.number)}
      onPointerLeave={() => pointed.value === row.number && (pointed.value = null)}
    >
      <span role="gridcell" class="grid-name" title={zoneName(draft.value, row.number)}>
        <span class="suffix">{zoneSuffix(row.zone)}</span>
        {zoneName(draft.value, row.number)}
        {!row.connected && (
          <span class="mark" title={t("problem.not_connected")}>
            <Glyph name="warn" size={14} />
            <span class="visually-hidden">{t("problem.not_connected")}</span>
          </span>
        )}
        {row.zone.lock !== "none" && (
          <span class="mark" title={t(`lock.${row.zone.lock}`)}>
            <Glyph name="lock" size={14} />
            <span class="visually-hidden">{t(`lock.${row.zone.lock}`)}</span>
          </span>
        )}
      </span>
      <span role="gridcell" class="number">
        {number(row.households)}
      </span>
      <span role="gridcell" class={`number deviation is-${row.balance}`}>
        {row.zone.exempt ? t("table.exempt") : off === 0 ? "0" : `${off > 0 ? "▲ +" : "▼ −"}${number(Math.abs(off))}`}
      </span>
      <span role="gridcell" class="number">
        {row.compactness.toFixed(2)}
      </span>
      <span role="gridcell" class="number">
        {moved === 0 ? "–" : `+${number(row.movedIn)} −${number(row.movedOut)}`}
      </span>
    </div>
  );
}
