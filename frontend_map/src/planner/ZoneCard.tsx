import type { ComponentChildren } from "preact";
import { LOCKS, type Lock } from "../api/plans";
import { code as grouped, number, percent } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { merge, setExempt, setLock, useTool } from "./actions";
import type { Row } from "./balance";
import { reock } from "./circle";
import type { Counted } from "./measures";
import { zoomTo } from "./moves";
import { band, choose, chosen, deskTab, draft, editable, nested, rows, shapes } from "./state";
import { zoneLabel, zoneName } from "./words";

/** The chosen grid, or the chosen ones together. */
export function ZoneCard() {
  const numbers = chosen.value;
  const all = numbers.flatMap((zone) => rows.value.find((row) => row.number === zone) ?? []);
  const [first] = all;
  if (!first) return null;
  return (
    <section class="zone-card" aria-label={t("card.title")}>
      {all.length === 1 ? <One row={first} /> : <Several all={all} />}
    </section>
  );
}

function Head({ title, zones }: { title: string; zones: readonly number[] }) {
  return (
    <div class="plan-line">
      <h3>{title}</h3>
      <button type="button" class="icon-button" aria-label={t("card.zoom")} title={`${t("card.zoom")} (F)`} onClick={() => zoomTo(zones)}>
        <Glyph name="target" />
      </button>
      <button type="button" class="icon-button" aria-label={t("card.drop")} title={`${t("card.drop")} (Esc)`} onClick={() => choose(null)}>
        <Glyph name="close" />
      </button>
    </div>
  );
}

function One({ row }: { row: Row }) {
  const { zone } = row;
  // Where other things are looked at, the card leaves them the room.
  const brief = deskTab.value !== "balance" && deskTab.value !== "problems";
  return (
    <>
      <Head title={zoneName(draft.value, row.number)} zones={[row.number]} />
      {zone.code && <p class="code small muted">{grouped(zone.code)}</p>}
      <Gauge households={row.households} />
      {brief ? <p class="small">{t("card.brief", { households: number(row.households), moved: `+${number(row.movedIn)} −${number(row.movedOut)}` })}</p> : <Figures row={row} />}
    </>
  );
}

function Figures({ row }: { row: Row }) {
  const { zone } = row;
  const here = draft.value;
  const base = here?.baseOfZone(row.number);
  const against = (name: Counted) => <Against value={row[name]} before={base?.[name] ?? row[name]} />;
  const units = [...(here?.sumsOf(row.number).units ?? [])].flatMap((unit) => shapes.value?.units[unit] ?? []);
  const filled = reock(units, row.area);
  return (
    <>
      <dl class="card-facts">
        <Fact name={t("card.households")} value={<Against value={row.households} before={row.before} />} />
        <Fact name={t("card.residents")} value={against("residents")} />
        <Fact name={t("card.buildings")} value={against("buildings")} />
        <Fact name={t("card.incidents")} value={against("incidents")} />
        <Fact name={t("card.facilities")} value={against("facilities")} />
        <Fact name={t("card.posts")} value={number(zone.posts)} hint={t("card.posts_hint")} />
        <Fact name={t("card.moved")} value={`+${number(row.movedIn)} −${number(row.movedOut)}`} />
        <Fact name={t("card.compactness")} value={row.compactness.toFixed(2)} hint={t("card.compactness_hint")} />
        <Fact name={t("card.reock")} value={filled === null ? "–" : filled.toFixed(2)} hint={t("card.reock_hint")} />
        <Fact name={t("card.followed")} value={row.followed === null ? "–" : percent(row.followed)} />
        <Fact name={t("card.connected")} value={row.connected ? t("card.yes") : t("card.no")} bad={!row.connected} />
        {nested.value && <Fact name={t("card.inside")} value={row.insideCommunity ? t("card.yes") : t("card.no")} bad={!row.insideCommunity} />}
      </dl>
      {editable.value && (
        <div class="card-tools">
          <label>
            <span class="small">{t("card.lock")}</span>
            <select name="lock" value={zone.lock} onChange={(event) => setLock(row.number, event.currentTarget.value as Lock)}>
              {LOCKS.map((lock) => (
                <option key={lock} value={lock}>
                  {t(`lock.${lock}`)}
                </option>
              ))}
            </select>
          </label>
          <label class="check small" title={t("card.exempt_hint")}>
            <input type="checkbox" checked={zone.exempt} onChange={(event) => setExempt(row.number, event.currentTarget.checked)} />
            {t("card.exempt")}
          </label>
        </div>
      )}
    </>
  );
}

function Several({ all }: { all: readonly Row[] }) {
  const zones = all.map((row) => row.number);
  const sum = all.reduce((total, row) => total + row.households, 0);
  return (
    <>
      <Head title={t("card.several", { n: all.length })} zones={zones} />
      <p class="small">{all.map((row) => `${zoneLabel(draft.value, row.number)} ${number(row.households)}`).join(t("app.comma"))}</p>
      <Gauge households={sum} />
      <p>{t("card.together", { households: number(sum) })}</p>
      {editable.value && (
        <div class="card-tools">
          <button type="button" class="button" onClick={() => merge(zones)}>
            {t("tool.merge")}
          </button>
          {all.length === 2 && (
            <button type="button" class="button" onClick={() => useTool("border")}>
              {t("tool.border")}
            </button>
          )}
        </div>
      )}
    </>
  );
}

/** A figure, and what is different from the base edition. */
function Against({ value, before }: { value: number; before: number }) {
  const by = value - before;
  return (
    <>
      {number(value)}
      {by !== 0 && (
        <small>
          {" "}
          ({by > 0 ? "+" : "−"}
          {number(Math.abs(by))})
        </small>
      )}
    </>
  );
}

function Fact({ name, value, hint, bad = false }: { name: string; value: ComponentChildren; hint?: string; bad?: boolean }) {
  return (
    <div class={bad ? "is-bad" : ""} title={hint}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Households against the band, on a scale that ends at twice its upper edge. */
function Gauge({ households }: { households: number }) {
  const { min, max } = band.value;
  const end = Math.max(max * 1.6, households * 1.05);
  const at = (value: number): string => `${(100 * value) / end}%`;
  return (
    <div class="gauge" aria-hidden="true">
      <span class="gauge-band" style={{ left: at(min), width: at(max - min) }} />
      <span class={`gauge-now ${households < min ? "is-below" : households > max ? "is-above" : "is-in"}`} style={{ width: at(households) }} />
      <span class="gauge-edge" style={{ left: at(min) }}>
        {min}
      </span>
      <span class="gauge-edge" style={{ left: at(max) }}>
        {max}
      </span>
    </div>
  );
}
