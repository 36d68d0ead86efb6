import { useEffect, useState } from "preact/hooks";
import { loadCounted, type ListedCase, type RankingAnswer, type RankingRow } from "../api/rankings";
import { dateTime, number } from "../format";
import { codeText, say, t } from "../i18n";
import { Panel } from "../parts/Panel";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { batch } from "@preact/signals";
import { page, selection } from "../state/store";
import { base, type ApiError } from "../api/client";
import type { OpenList } from "./address";
import { setRankings } from "./state";

function rowOf(answer: RankingAnswer, zone: string | null): RankingRow | null {
  if (zone === null) return answer.total;
  return zone === "-" ? answer.nowhere : (answer.rows.find((row) => row.zone?.code === zone) ?? null);
}

/** The incidents behind a number: exactly as many as it says. */
export function Counted({ answer, list }: { answer: RankingAnswer; list: OpenList }) {
  const row = rowOf(answer, list.zone);
  if (!row || row.opens === null) return null;
  return <Listed key={`${row.opens} ${list.figure}`} answer={answer} row={row} opens={row.opens} figure={list.figure} />;
}

function Listed({ answer, row, opens, figure }: { answer: RankingAnswer; row: RankingRow; opens: string; figure: string }) {
  const count = row.figures[figure] ?? 0;
  const defined = answer.figures.find((one) => one.code === figure);
  const first = useLoad(`${opens}${figure}`, (abort) => loadCounted(opens, figure, null, abort));
  const [more, setMore] = useState<{ items: ListedCase[]; next: string | null } | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  useEffect(() => setMore(null), [first.value]);
  const items = [...(first.value?.items ?? []), ...(more?.items ?? [])];
  const next = more ? more.next : (first.value?.next ?? null);
  const go = async (): Promise<void> => {
    try {
      const got = await loadCounted(opens, figure, next);
      setMore({ items: [...(more?.items ?? []), ...got.items], next: got.next });
      setFailed(null);
    } catch (cause) {
      setFailed(asApiError(cause));
    }
  };
  return (
    <Panel
      side="right"
      kicker={row.zone ? say(row.zone.name) : row === answer.nowhere ? t("rankings.nowhere") : t("rankings.total")}
      title={t("counted.title", { figure: say(defined?.name), n: number(count) })}
      subject={`${opens}${figure}`}
      id="counted"
      onClose={() => setRankings({ list: null })}
    >
      <p class="small muted">{say(defined?.meaning)}</p>
      {first.loading && !first.value && <Waiting />}
      {first.error && <Trouble error={first.error} again={first.again} />}
      {first.value && items.length === 0 && <p class="muted">{t("counted.none")}</p>}
      <ul class="counted">
        {items.map((one) => (
          <li key={one.number}>
            <a
              href={`${base}?incident=${one.number}`}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                batch(() => {
                  page.value = "map";
                  selection.value = { type: "incident", number: one.number };
                });
              }}
            >
              <span>{say(one.category.name)}</span>
              <span class="badge">{codeText("state", one.state)}</span>
              <span class="small muted">
                {dateTime(one.reported_at)} · {one.base_grid ? say(one.base_grid.name) : t("rankings.nowhere")}
                {one.responsible ? ` · ${say(one.responsible.name)}` : ""}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {failed && <Trouble error={failed} />}
      {items.length > 0 && (
        <p class="small muted" role="status">
          {next ? t("counted.shown", { n: number(items.length), all: number(count) }) : t("counted.all", { n: number(items.length) })}
        </p>
      )}
      {next && (
        <button type="button" class="button" onClick={() => void go()}>
          {t("counted.more")}
        </button>
      )}
    </Panel>
  );
}
