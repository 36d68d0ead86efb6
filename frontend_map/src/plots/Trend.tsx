import { useState } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { labelled, ticks } from "./scale";

export interface Step {
  /** What the column stands for, in words. */
  name: string;
  /** Below the axis. */
  short: string;
  count: number;
  late?: number;
  /** A second count, drawn as a line. */
  done?: number;
}

interface Props {
  label: string;
  steps: readonly Step[];
  onOpen?: (at: number) => void;
}

const WIDE = 560;
const HIGH = 150;
const LEFT = 40;
const BOTTOM = 22;
const TOP = 8;

/** Counts over time as columns, the late part below in red; the same as a table for who would rather read. */
export function Trend({ label, steps, onOpen }: Props) {
  const [pointed, setPointed] = useState<number | null>(null);
  const most = Math.max(1, ...steps.map((one) => Math.max(one.count, one.done ?? 0)));
  const scale = ticks(most, 3);
  const top = scale.at(-1)!;
  const y = (value: number): number => TOP + (HIGH - TOP - BOTTOM) * (1 - value / top);
  const wide = (WIDE - LEFT) / Math.max(1, steps.length);
  const named = labelled(steps.length, 8);
  const total = steps.reduce((sum, one) => sum + one.count, 0);
  const here = pointed === null ? null : steps[pointed];
  return (
    <figure class="trend">
      <figcaption class="small">
        {here ? (
          <>
            <strong>{here.name}</strong> {late(here)}
            {here.done !== undefined && `${t("app.comma")}${t("plot.closed_n", { n: number(here.done) })}`}
          </>
        ) : (
          <span class="muted">
            <i class="key-all">{t("plot.reported", { n: number(total) })}</i>
            {steps.some((one) => one.late !== undefined) && <i class="key-late">{t("clock.overdue")}</i>}
            {steps.some((one) => one.done !== undefined) && <i class="key-done">{t("plot.closed")}</i>}
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={`${label}. ${t("plot.total", { n: number(total) })}`} onPointerLeave={() => setPointed(null)}>
        {scale.map((one) => (
          <g key={one}>
            <path d={`M${LEFT} ${y(one)}H${WIDE}`} class="axis" />
            <text x={LEFT - 6} y={y(one) + 4} class="axis-text" text-anchor="end">
              {number(one)}
            </text>
          </g>
        ))}
        {steps.map((one, at) => {
          const x = LEFT + at * wide;
          const gap = Math.min(2, wide * 0.15);
          return (
            <g key={at} class={pointed === at ? "trend-step is-pointed" : "trend-step"} onPointerEnter={() => setPointed(at)} {...(onOpen ? { onClick: () => onOpen(at) } : {})}>
              <rect x={x} y={TOP} width={wide} height={HIGH - TOP - BOTTOM} class="bar-hit" />
              <rect x={x + gap} y={y(one.count)} width={wide - 2 * gap} height={y(0) - y(one.count)} class="bar-fill" />
              {one.late ? <rect x={x + gap} y={y(one.late)} width={wide - 2 * gap} height={y(0) - y(one.late)} class="bar-late" /> : null}
              {named.has(at) && (
                <text x={x + wide / 2} y={HIGH - 6} class="axis-text" text-anchor="middle">
                  {one.short}
                </text>
              )}
            </g>
          );
        })}
        {steps.some((one) => one.done !== undefined) && <path d={steps.map((one, at) => `${at === 0 ? "M" : "L"}${LEFT + (at + 0.5) * wide} ${y(one.done ?? 0)}`).join("")} class="trend-done" />}
      </svg>
      <details class="fold plot-table">
        <summary class="small">{t("plot.as_table")}</summary>
        <table class="plain-table small">
          <thead>
            <tr>
              <th scope="col">{t("plot.time")}</th>
              <th scope="col">{t("plot.count")}</th>
              {steps.some((one) => one.late !== undefined) && <th scope="col">{t("clock.overdue")}</th>}
              {steps.some((one) => one.done !== undefined) && <th scope="col">{t("plot.closed")}</th>}
            </tr>
          </thead>
          <tbody>
            {steps.map((one, at) => (
              <tr key={at}>
                <th scope="row">{one.name}</th>
                <td>{number(one.count)}</td>
                {one.late !== undefined && <td>{number(one.late)}</td>}
                {one.done !== undefined && <td>{number(one.done)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

const late = (one: Step): string => (one.late === undefined ? t("plot.total", { n: number(one.count) }) : t("time.count", { n: number(one.count), late: number(one.late) }));
