import { useState } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { heatOf, heatSteps } from "./scale";

/** Monday first, as ISO weeks count. */
export const DAYS = ["plot.mon", "plot.tue", "plot.wed", "plot.thu", "plot.fri", "plot.sat", "plot.sun"] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface Props {
  label: string;
  /** Counts by weekday (0 is Monday) and hour. */
  counts: readonly (readonly number[])[];
}

/** When it happens: hours of the week, darker where there is more. A table, so that it can be read as well. */
export function HourWeek({ label, counts }: Props) {
  const [pointed, setPointed] = useState<[number, number] | null>(null);
  const most = Math.max(0, ...counts.flat());
  const at = (day: number, hour: number): number => counts[day]?.[hour] ?? 0;
  const busiest = peak(counts);
  const shown = pointed ?? busiest;
  if (most === 0) return <p class="muted small">{t("plot.nothing")}</p>;
  return (
    <figure class="hour-week">
      <figcaption class="small" aria-hidden="true">
        {shown && (
          <span class={pointed ? "" : "muted"}>
            {!pointed && `${t("plot.busiest")} `}
            <strong>{t("plot.hour_of", { day: t(DAYS[shown[0]]!), from: shown[1], to: shown[1] + 1 })}</strong> {t("plot.total", { n: number(at(shown[0], shown[1])) })}
          </span>
        )}
      </figcaption>
      <table aria-label={label} onPointerLeave={() => setPointed(null)}>
        <thead>
          <tr>
            <td />
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                {hour % 3 === 0 ? hour : <span class="visually-hidden">{hour}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((name, day) => (
            <tr key={name}>
              <th scope="row">{t(name)}</th>
              {HOURS.map((hour) => (
                <td key={hour} class={`heat heat-${heatOf(at(day, hour), most)}`} onPointerEnter={() => setPointed([day, hour])}>
                  <span class="visually-hidden">{at(day, hour)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="heat-legend small muted" aria-hidden="true">
        {heatSteps(most).map((from, step, all) => (
          <span key={from}>
            <i class={`heat heat-${heatOf(from, most)}`} />
            {step + 1 < all.length ? (all[step + 1]! - 1 > from ? `${from}–${all[step + 1]! - 1}` : from) : `${from}+`}
          </span>
        ))}
      </p>
    </figure>
  );
}

/** The hour of the week with the most. */
export function peak(counts: readonly (readonly number[])[]): [number, number] | null {
  let found: [number, number] | null = null;
  let most = 0;
  counts.forEach((hours, day) => hours.forEach((count, hour) => count > most && ([found, most] = [[day, hour], count])));
  return found;
}
