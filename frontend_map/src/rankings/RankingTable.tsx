import { useEffect, useRef } from "preact/hooks";
import type { RankingAnswer, RankingRow } from "../api/rankings";
import { date, number, today } from "../format";
import { say, t } from "../i18n";
import { rankingsView } from "../state/store";
import { MEASURES, type Measure } from "./address";
import { classOf } from "./classes";
import { beforeOf, changeOf, figureOf, goodWhenMore, leastFirst, ranked, valueOf } from "./figures";
import { dayAfter } from "./periods";
import { answer as shown, classes, pointed, setRankings, shownOf, told, toldChange } from "./state";
import { bringIntoSight } from "../parts/sight";

interface Props {
  answer: RankingAnswer;
  busy: boolean;
}

/** Rows by the chosen measure; a pointer on a row marks the zone on the map, and the other way round. */
export function RankingTable({ answer, busy }: Props) {
  const { measure, ascending } = rankingsView.value;
  const rows = ranked(answer.rows.filter((row) => !row.ended || row.figures["reported"]! + row.figures["due"]! + row.figures["closed"]! > 0), measure, ascending);
  const level = t(`ranked.${answer.level}`);
  return (
    <table class="plain-table ranking" aria-label={t("rankings.rows", { n: rows.length, level })} aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col" class="num">
            <span class="visually-hidden">{t("rankings.place")}</span>
          </th>
          <th scope="col">{t("rankings.rows", { n: number(rows.length), level })}</th>
          {MEASURES.map((one) => (
            <Heading key={one} answer={answer} measure={one} />
          ))}
        </tr>
      </thead>
      <tbody>
        <tr class="ranking-total">
          <td />
          <th scope="row">{answer.within ? say(answer.within.name) : t("rankings.total")}</th>
          <Cells answer={answer} row={answer.total} name={answer.within ? say(answer.within.name) : t("rankings.total")} code={null} />
        </tr>
        {rows.map(({ row, place }) => (
          <ZoneRow key={row.zone!.code} answer={answer} row={row} place={place} />
        ))}
        {[answer.elsewhere, answer.nowhere].map((row, index) => {
          if (!row) return null;
          const name = index === 0 ? t("rankings.elsewhere", { level }) : t("rankings.nowhere");
          return (
            <tr key={name} class="ranking-none">
              <td />
              <th scope="row">{name}</th>
              <Cells answer={answer} row={row} name={name} code={index === 0 ? null : "-"} />
            </tr>
          );
        })}
        {rows.length === 0 && (
          <tr>
            <td />
            <td colSpan={MEASURES.length + 1} class="muted">
              {t("rankings.no_rows")}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Heading({ answer, measure }: { answer: RankingAnswer; measure: Measure }) {
  const { measure: chosen, ascending } = rankingsView.value;
  const on = measure === chosen;
  const defined = answer.rates.find((one) => one.code === measure)?.formula ?? answer.figures.find((one) => one.code === measure)?.meaning;
  return (
    <th scope="col" class="num" aria-sort={on ? (ascending ? "ascending" : "descending") : undefined}>
      <button
        type="button"
        class="sort"
        data-measure={measure}
        title={say(defined)}
        aria-label={`${t(`measure.${measure}`)}: ${t("rankings.sort", { measure: t(`measure.${measure}`) })}`}
        onClick={() => setRankings(on ? { ascending: !ascending } : { measure, ascending: leastFirst(measure) })}
      >
        {t(`measure.${measure}`)}
        <span class="sort-way" aria-hidden="true">
          {on ? (ascending ? "▲" : "▼") : ""}
        </span>
      </button>
    </th>
  );
}

function ZoneRow({ answer, row, place }: { answer: RankingAnswer; row: RankingRow; place: number | null }) {
  const zone = row.zone!;
  const name = shortName(say(zone.name) || zone.code, say(answer.within?.name));
  const view = rankingsView.value;
  const chosen = view.zone === zone.code;
  const here = useRef<HTMLTableRowElement>(null);
  const value = shownOf(row);
  const colour = value === null || row.ended ? null : classOf(classes.value, value)?.colour;
  useEffect(() => {
    if (chosen) bringIntoSight(here.current);
  }, [chosen]);
  const next = answer.next_level;
  return (
    <tr
      ref={here}
      data-code={zone.code}
      class={`${pointed.value === zone.code ? "is-pointed" : ""}${row.ended ? " is-ended" : ""}`}
      aria-selected={chosen}
      onPointerEnter={() => (pointed.value = zone.code)}
      onPointerLeave={() => (pointed.value = null)}
      onFocusCapture={() => (pointed.value = zone.code)}
      onClick={(event) => {
        if (!(event.target as Element).closest("button")) setRankings({ zone: chosen ? null : zone.code });
      }}
    >
      <td class="num place">{place === null ? "–" : number(place)}</td>
      <th scope="row">
        <div class="zone-name">
          <span class={colour ? "swatch" : "swatch is-empty"} style={colour ? { background: colour } : {}} aria-hidden="true" />
          {next && !row.ended ? (
            <button type="button" class="link" title={t("rankings.into", { name, level: t(`ranked.${next}`) })} onClick={() => setRankings({ within: zone.code, level: next, zone: null, list: null, report: null })}>
              {name}
            </button>
          ) : (
            <span>{name}</span>
          )}
          {answer.level === "grid" && !row.ended && (
            <button type="button" class="link small day-link" aria-label={t("day.open_one", { name })} onClick={() => setRankings({ report: { grid: zone.code, day: dayAfter(today(), -1) }, list: null, zone: zone.code })}>
              {t("day.open")}
            </button>
          )}
          {row.ended && <span class="badge">{t("rankings.ended")}</span>}
          {shown.value?.compared_with && !row.comparable && !row.ended && (
            <span class="not-comparable small" title={row.made_of.length > 0 ? t("rankings.redrawn", { from: row.made_of.map((one) => one.slice(-6)).join(", ") }) : t("rankings.young", { date: date(row.since) })}>
              <span aria-hidden="true">≠</span>
              <span class="visually-hidden">{t("rankings.not_comparable")}</span>
            </span>
          )}
        </div>
      </th>
      <Cells answer={answer} row={row} name={name} code={zone.code} />
    </tr>
  );
}

/** In a community its name need not stand before every grid's number. */
function shortName(name: string, within: string): string {
  const rest = within && name.startsWith(within) ? name.slice(within.length).trim() : "";
  return rest || name;
}

function Cells({ answer, row, name, code }: { answer: RankingAnswer; row: RankingRow; name: string; code: string | null }) {
  const { measure: chosen, list } = rankingsView.value;
  return (
    <>
      {MEASURES.map((measure) => {
        const value = valueOf(row, measure);
        const figure = figureOf(answer, measure);
        const text = told(measure, value);
        const open = list?.figure === figure && list.zone === code;
        const label = t("rankings.open", { name, figure: say(answer.figures.find((one) => one.code === figure)?.name), n: number(row.figures[figure] ?? 0) });
        return (
          <td key={measure} class={measure === chosen ? "num is-measure" : "num"}>
            {row.opens === null ? (
              text
            ) : (
              <button type="button" class="number" data-figure={figure} data-measure={measure} aria-label={`${text} ${label}`} title={`${formula(answer, row, measure)}${label}`} aria-pressed={open} onClick={() => setRankings({ list: open ? null : { figure, zone: code }, report: null, ...(code && code !== "-" ? { zone: code } : {}) })}>
                {text}
              </button>
            )}
            {answer.compared_with && <Change answer={answer} row={row} measure={measure} />}
          </td>
        );
      })}
    </>
  );
}

function formula(answer: RankingAnswer, row: RankingRow, measure: string): string {
  const rate = answer.rates.find((one) => one.code === measure);
  return rate ? `${t("rankings.of", { above: number(row.figures[rate.above] ?? 0), below: number(row.figures[rate.below] ?? 0) })} · ` : "";
}

/** An arrow says which way, a colour whether that is good; neither stands alone. */
function Change({ answer, row, measure }: { answer: RankingAnswer; row: RankingRow; measure: Measure }) {
  const change = changeOf(row, measure);
  const before = t("rankings.before", { value: told(measure, beforeOf(row, measure)) });
  if (change === null) return <span class="yoy is-none" title={before}>–</span>;
  const rounded = Math.abs(change) < 0.0005 ? 0 : change;
  const good = goodWhenMore(answer, measure);
  const look = rounded === 0 || good === null ? "" : rounded > 0 === good ? " is-good" : " is-bad";
  const spoken = rounded === 0 ? t("rankings.same") : t(rounded > 0 ? "rankings.more" : "rankings.less", { change: toldChange(measure, Math.abs(change)).replace("+", "") });
  return (
    <span class={`yoy${look}`} title={`${spoken} · ${before}`}>
      <span aria-hidden="true">{rounded === 0 ? "=" : rounded > 0 ? "↑" : "↓"}</span>
      <span class="visually-hidden">{spoken}</span>
      <span aria-hidden="true">{toldChange(measure, Math.abs(change)).replace("+", "")}</span>
    </span>
  );
}
