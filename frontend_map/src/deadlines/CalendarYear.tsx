import { useState } from "preact/hooks";
import type { DeadlineChanges, Deadlines, SpecialDay } from "../api/deadlines";
import { t } from "../i18n";
import { daysThen, withYear } from "./pending";
import { may } from "../state/session";

interface Props {
  here: Deadlines;
  year: number;
  onYear: (year: number) => void;
  changes: DeadlineChanges;
  onChange: (changes: DeadlineChanges) => void;
}

/** Special days of a year, month by month: holidays, and weekend days that are worked. */
export function CalendarYear({ here, year, onYear, changes, onChange }: Props) {
  const [day, setDay] = useState("");
  const [kind, setKind] = useState<SpecialDay["kind"]>("holiday");
  const [name, setName] = useState("");
  const days = daysThen(changes, here.year, here.days);
  const put = (next: readonly SpecialDay[]): void => onChange(withYear(changes, here.year, next, here.days));
  const years = [...new Set([...here.years, year, year + 1])].toSorted((a, b) => a - b);
  const before = new Set(here.days.map((one) => `${one.date} ${one.kind}`));
  return (
    <section>
      <div class="desk-intro">
        <h3>{t("deadlines.calendar")}</h3>
        <label>
          <span class="visually-hidden">{t("deadlines.year")}</span>
          <select name="year" value={String(year)} onChange={(event) => onYear(Number(event.currentTarget.value))}>
            {years.map((one) => (
              <option key={one} value={String(one)}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      {days.length === 0 && <p class="empty">{t("deadlines.no_days")}</p>}
      <ul class="special-days">
        {days.map((one) => (
          <li key={one.date} class={before.has(`${one.date} ${one.kind}`) ? `is-${one.kind}` : `is-${one.kind} is-planned`}>
            <span>{one.date.slice(5)}</span> <span>{t(one.kind === "holiday" ? "deadlines.holiday" : "deadlines.workday")}</span>{" "}
            <span class="muted">{one.name}</span>{" "}
            <button type="button" class="link" hidden={!may("deadlines_write")} aria-label={t("deadlines.remove_day", { day: one.date })} onClick={() => put(days.filter((each) => each.date !== one.date))}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <form
        class="day-form"
        hidden={!may("deadlines_write")}
        onSubmit={(event) => {
          event.preventDefault();
          if (!day.startsWith(`${here.year}-`)) return;
          put([...days.filter((one) => one.date !== day), { date: day, kind, name: name.trim() || null }]);
          setDay("");
        }}
      >
        <input type="date" name="day" aria-label={t("deadlines.day")} min={`${here.year}-01-01`} max={`${here.year}-12-31`} value={day} onInput={(event) => setDay(event.currentTarget.value)} required />
        <select name="day-kind" aria-label={t("deadlines.kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value as SpecialDay["kind"])}>
          <option value="holiday">{t("deadlines.holiday")}</option>
          <option value="workday">{t("deadlines.workday")}</option>
        </select>
        <input name="day-name" aria-label={t("deadlines.day_name")} placeholder={t("deadlines.day_name")} maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <button type="submit" class="button">
          {t("deadlines.add_day")}
        </button>
      </form>
    </section>
  );
}
