import { number, percent } from "../format";
import { t } from "../i18n";
import { largest } from "./scale";

export interface Bar {
  key: string;
  name: string;
  count: number;
  /** Part of the count that is late. */
  late?: number;
  /** Count of the equally long span before. */
  before?: number;
}

interface Props {
  label: string;
  rows: readonly Bar[];
  most?: number;
  /** Opens what a row counts. */
  onOpen?: (key: string) => void;
  openTitle?: (name: string) => string;
}

/** Names with bars, the largest first; what does not fit is one row. */
export function Bars({ label, rows, most = 8, onOpen, openTitle }: Props) {
  const { shown, rest, restRows } = largest(rows, most);
  const sum = rows.reduce((all, one) => all + one.count, 0);
  const top = Math.max(1, ...shown.map((one) => one.count));
  if (sum === 0) return <p class="muted small">{t("plot.nothing")}</p>;
  return (
    <ul class="name-bars" aria-label={label}>
      {shown.map((one) => (
        <li key={one.key} data-bar={one.key}>
          {onOpen ? (
            <button type="button" class="link bar-name" title={openTitle?.(one.name)} onClick={() => onOpen(one.key)}>
              {one.name}
            </button>
          ) : (
            <span class="bar-name" title={one.name}>
              {one.name}
            </span>
          )}
          <svg class="bar-line" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect x="0" y="0" width={(one.count / top) * 100} height="10" class="bar-fill" />
            {one.late ? <rect x="0" y="0" width={(one.late / top) * 100} height="10" class="bar-late" /> : null}
          </svg>
          <span class="bar-count">
            <strong>{number(one.count)}</strong> <span class="muted small">{one.before === undefined ? percent(one.count / sum) : changeText(one.count, one.before)}</span>
          </span>
        </li>
      ))}
      {rest > 0 && (
        <li class="muted">
          <span class="bar-name small">{t("plot.rest", { n: restRows })}</span>
          <span />
          <span class="bar-count small">{number(rest)}</span>
        </li>
      )}
    </ul>
  );
}

/** How much more or less than before: "↑ 4", "↓ 2", "=". A share of a few would say more than there is. */
export const changeText = (now: number, before: number): string => (now === before ? "=" : now > before ? `↑ ${number(now - before)}` : `↓ ${number(before - now)}`);
