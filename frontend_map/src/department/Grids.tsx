import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { loadLoad, loadOverlap, type Load, type Overlap } from "../api/department";
import { NO_FILTER } from "../dispatch/address";
import * as desk from "../dispatch/state";
import { daysAgo, number, percent } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { ZoneSwatch } from "../parts/ZoneSwatch";
import { useLoad } from "../parts/load";
import { pointedZone, selection, shownZones } from "../state/store";
import { toBox, toPart } from "./parts";
import { ask } from "./query";
import { nameZone, scopeQuery, specialistQuery } from "./state";

/** My specialist grids over the base grids, and how much each base grid bears. */
export function Grids() {
  const key = JSON.stringify(scopeQuery.value);
  const asked = specialistQuery.value;
  const overlap = useLoad(`overlap ${JSON.stringify(asked)}`, (abort) => loadOverlap(asked, abort));
  const load = useLoad(`load ${key}`, (abort) => loadLoad(scopeQuery.value, abort));
  useEffect(
    () => () => {
      pointedZone.value = null;
      shownZones.value = [];
    },
    [],
  );
  return (
    <div class="desk-body" tabIndex={-1}>
      <section>
        <h3>{t("grids.overlap")}</h3>
        <p class="small muted">{t("grids.overlap_how")}</p>
        {overlap.error && <Trouble error={overlap.error} again={overlap.again} />}
        {!overlap.value && !overlap.error && <Waiting />}
        {overlap.value?.items.length === 0 && <p class="empty">{t("grids.no_overlap")}</p>}
        {overlap.value?.items.map((one) => (
          <Specialist key={`${one.layer.code}/${one.zone.code}`} one={one} open={overlap.value!.items.length === 1} />
        ))}
      </section>
      <section>
        <h3>{t("grids.load")}</h3>
        {load.error && <Trouble error={load.error} again={load.again} />}
        {!load.value && !load.error && <Waiting />}
        {load.value && <LoadTable rows={load.value.grids} />}
      </section>
    </div>
  );
}

/** One specialist zone with the base grids below it; unfolded, it is drawn on the map. */
function Specialist({ one, open: first }: { one: Overlap; open: boolean }) {
  const [open, setOpen] = useState(first);
  const zone = { layer: one.layer.code, code: one.zone.code };
  useEffect(() => {
    if (open) shownZones.value = [zone];
  }, [open]);
  const cut = one.grids.filter((grid) => grid.share < 0.995).length;
  return (
    <details
      class="fold specialist"
      open={open}
      data-zone={one.zone.code}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onPointerEnter={() => (pointedZone.value = zone)}
      onPointerLeave={() => (pointedZone.value = null)}
    >
      <summary>
        <Glyph name="right" size={14} />
        <ZoneSwatch layer={one.layer.code} />
        <strong>{say(one.zone.name)}</strong>
        <span class="small muted">
          {say(one.layer.name)} · {t("grids.over", { n: number(one.grids.length), cut: number(cut) })}
        </span>
      </summary>
      <div class="part-ways">
        <button type="button" class="button" onClick={() => ask({ kind: "zones", zones: [zone] })}>
          <Glyph name="area" size={15} />
          {t("query.title")}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            desk.setFilter({ zone });
            toBox("open");
            toPart("incidents");
          }}
        >
          <Glyph name="list" size={15} />
          {t("grids.incidents")}
        </button>
      </div>
      <table class="plain-table" aria-label={t("grids.overlap_of", { name: say(one.zone.name) })}>
        <thead>
          <tr>
            <th scope="col">{t("grids.grid")}</th>
            <th scope="col" class="num">
              {t("grids.share")}
            </th>
            <th scope="col" class="num">
              {t("query.households")}
            </th>
            <th scope="col" class="num">
              {t("box.open")}
            </th>
          </tr>
        </thead>
        <tbody>
          {one.grids.map((each) => (
            <GridRow key={each.grid.code} code={each.grid.code} name={say(each.grid.name)}>
              <td class="num">
                <span class="share-bar" aria-hidden="true">
                  <svg viewBox="0 0 100 8" preserveAspectRatio="none">
                    <rect width={each.share * 100} height="8" class="bar-fill" />
                  </svg>
                </span>{" "}
                {percent(each.share)}
              </td>
              <td class="num">{each.households === null ? t("query.too_few") : number(each.households)}</td>
              <td class="num">{number(each.incidents)}</td>
            </GridRow>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function GridRow({ code, name, children }: { code: string; name: string; children: ComponentChildren }) {
  const zone = { layer: "base_grid", code };
  const point = (): void => void (pointedZone.value = zone);
  const release = (): void => void (pointedZone.value = null);
  return (
    <tr data-grid={code} class={pointedZone.value?.code === code ? "is-pointed" : ""} onPointerEnter={point} onPointerLeave={release} onFocusIn={point} onFocusOut={release}>
      <th scope="row">
        <button type="button" class="link" onClick={() => (selection.value = { type: "zone", ...zone })}>
          {name || code}
        </button>{" "}
        <span class="small muted code">{code}</span>
      </th>
      {children}
    </tr>
  );
}

type GridLoad = Load["grids"][number];
const COLUMNS = ["open", "overdue", "reported", "handled"] as const satisfies readonly (keyof GridLoad)[];

/** A number that opens its list: the incidents of the grid that it counts. */
function CountLink({ column, code, name, count }: { column: (typeof COLUMNS)[number]; code: string; name: string; count: number }) {
  if (count === 0) return <>{number(count)}</>;
  const open = (): void => {
    const zone = { layer: "base_grid", code };
    nameZone(zone.layer, code, name);
    // Whose load it is stays; other filters were no part of the count.
    const { organisation } = desk.filter.peek();
    desk.setFilter({ ...NO_FILTER, organisation, zone, ...(column === "reported" ? { states: [], from: daysAgo(LOAD_DAYS - 1) } : {}) });
    if (column !== "reported") toBox(column);
    toPart("incidents");
  };
  return (
    <button type="button" class="link count" aria-label={t("load.list", { name, what: t(`load.${column}`), n: number(count) })} onClick={open}>
      {number(count)}
    </button>
  );
}

/** Days that reported and handled cases are counted over. */
const LOAD_DAYS = 30;

function LoadTable({ rows }: { rows: readonly GridLoad[] }) {
  const [by, setBy] = useState<(typeof COLUMNS)[number]>("open");
  const [all, setAll] = useState(false);
  if (rows.length === 0) return <p class="muted small">{t("grids.no_load")}</p>;
  const sorted = rows.toSorted((a, b) => b[by] - a[by]);
  const shown = all ? sorted : sorted.slice(0, 15);
  return (
    <>
      <table class="plain-table load" aria-label={t("grids.load")}>
        <thead>
          <tr>
            <th scope="col">{t("grids.grid")}</th>
            {COLUMNS.map((one) => (
              <th key={one} scope="col" class="num" aria-sort={by === one ? "descending" : "none"}>
                <button type="button" class="link" onClick={() => setBy(one)}>
                  {t(`load.${one}`)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <GridRow key={one.grid.code} code={one.grid.code} name={say(one.grid.name)}>
              {COLUMNS.map((column) => (
                <td key={column} class={`num${column === "overdue" && one.overdue > 0 ? " is-late" : ""}`}>
                  <CountLink column={column} code={one.grid.code} name={say(one.grid.name)} count={one[column]} />
                </td>
              ))}
            </GridRow>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <button type="button" class="button" onClick={() => setAll(true)}>
          {t("grids.all", { n: number(rows.length) })}
        </button>
      )}
    </>
  );
}
