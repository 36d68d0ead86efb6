import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { loadHistogram } from "../api/dispatch";
import { number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { useLoad } from "../parts/load";
import { deskView } from "../state/store";
import { minute } from "./address";
import { now } from "./now";
import { filterQuery } from "./question";
import * as desk from "./state";
import { SPANS, advance, bars, bucketMs, bucketOf, stretch, windowText, type Span } from "./time_window";

const STEP_MS = 900;
const HIGH = 44;

/** When it was reported: bars to choose a stretch from, with two handles, and a button that lets it run. */
export function Timeline() {
  const [span, setSpan] = useState<Span>(30);
  const bucket = bucketMs(span);
  // Moves on with the bucket, not with every tick.
  const end = stretch(now.value, span).to;
  const { from, bins } = useMemo(() => stretch(end - 1, span), [end, span]);
  const filter = { ...deskView.value.filter, from: null, to: null, handled: false };
  const query = { ...filterQuery(filter), from: minute(from), to: minute(end), bucket: bucketOf(span) };
  const { value, error } = useLoad(JSON.stringify([query, desk.changed.value]), (abort) => loadHistogram(query, abort));
  const heights = useMemo(() => bars(value?.items ?? [], from, bucket, bins), [value, from, bucket, bins]);
  const most = Math.max(1, ...heights.map((one) => one.count));
  const chosen = desk.filter.value;
  const at = (iso: string | null, otherwise: number): number => (iso === null ? otherwise : Math.min(bins, Math.max(0, Math.round((Date.parse(iso) - from) / bucket))));
  const left = at(chosen.from, 0);
  const right = Math.max(left + 1, at(chosen.to, bins));
  const all = chosen.from === null && chosen.to === null;

  const windowOf = (a: number, b: number): { from: string; to: string } => ({ from: minute(from + a * bucket), to: minute(from + b * bucket) });
  const choose = (a: number, b: number): void => {
    desk.playing.value = null;
    if (a <= 0 && b >= bins) desk.setFilter({ from: null, to: null });
    else desk.setFilter(windowOf(a, b));
  };

  const running = desk.playing.value !== null;
  const position = useRef<[number, number]>([left, right]);
  position.current = [left, right];
  useEffect(() => {
    if (!running) return;
    const timer = window.setInterval(() => {
      desk.playing.value = windowOf(...advance(position.current, bins));
    }, STEP_MS);
    return () => window.clearInterval(timer);
  }, [running, from, bucket, bins]);
  useEffect(() => () => void (desk.playing.value = null), []);
  const play = (): void => {
    if (running) {
      choose(left, right);
      return;
    }
    // All of it has nowhere to move to: it begins with its first tenth.
    const start: [number, number] = all ? [0, Math.max(1, Math.round(bins / 10))] : [left, right];
    desk.playing.value = windowOf(...start);
  };

  const total = heights.slice(left, right).reduce((sum, one) => sum + one.count, 0);
  const late = heights.slice(left, right).reduce((sum, one) => sum + one.overdue, 0);
  return (
    <section class="timeline" aria-label={t("desk.timeline")} data-covers="bottom">
      <div class="timeline-head small">
        <button type="button" class="icon-button" aria-label={running ? t("time.stop") : t("time.play")} title={running ? t("time.stop") : t("time.play")} aria-pressed={running} onClick={play}>
          <Glyph name={running ? "pause" : "play"} size={16} />
        </button>
        <strong>{all ? t("time.span", { n: span }) : windowText(chosen.from, chosen.to)}</strong>
        <span class="muted">{error ? t("case.absent_part") : t("time.count", { n: number(total), late: number(late) })}</span>
        <span class="timeline-ways">
          {!all && (
            <button type="button" class="link" onClick={() => choose(0, bins)}>
              {t("time.all")}
            </button>
          )}
          <select
            aria-label={t("time.span_label")}
            value={span}
            onChange={(event) => {
              choose(0, bins);
              setSpan(Number(event.currentTarget.value) as Span);
            }}
          >
            {SPANS.map((days) => (
              <option key={days} value={days}>
                {days === 1 ? t("time.day") : t("time.span", { n: days })}
              </option>
            ))}
          </select>
        </span>
      </div>
      <div class="timeline-bars">
        <input type="range" class="timeline-handle" min={0} max={bins} value={left} aria-label={t("time.from")} aria-valuetext={windowText(windowOf(left, right).from, null)} onInput={(event) => choose(Math.min(Number(event.currentTarget.value), right - 1), right)} />
        <svg viewBox={`0 0 ${bins} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={t("time.count", { n: number(total), late: number(late) })}>
          {heights.map((one, index) => {
            const high = (one.count / most) * (HIGH - 2);
            const bad = (one.overdue / most) * (HIGH - 2);
            const inside = index >= left && index < right;
            return (
              <g key={index} class={inside ? "bar-in" : "bar-out"} onClick={() => choose(index, index + 1)}>
                <rect x={index} width={1} y={0} height={HIGH} class="bar-hit" />
                <rect x={index + 0.08} width={0.84} y={HIGH - high} height={high} class="bar-all" />
                <rect x={index + 0.08} width={0.84} y={HIGH - bad} height={bad} class="bar-late" />
              </g>
            );
          })}
        </svg>
        <input type="range" class="timeline-handle" min={0} max={bins} value={right} aria-label={t("time.to")} aria-valuetext={windowText(null, windowOf(left, right).to)} onInput={(event) => choose(left, Math.max(Number(event.currentTarget.value), left + 1))} />
      </div>
    </section>
  );
}
