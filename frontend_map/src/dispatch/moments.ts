/** Moments as short as a row allows. */
import { TIME_ZONE, today } from "../format";
import { locale } from "../i18n";

const formats = new Map<string, Intl.DateTimeFormat>();

/** Time alone for today, day and time for this year, else the date: `14:03`, `11-07 04:20`, `2024-11-07`. */
export function shortMoment(iso: string, now: number): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const day = today(moment);
  const present = today(new Date(now));
  const key = `${locale.value}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale.value, { timeZone: TIME_ZONE, hour: "2-digit", minute: "2-digit", hour12: false });
    formats.set(key, format);
  }
  const time = format.format(moment);
  if (day === present) return time;
  return day.slice(0, 4) === present.slice(0, 4) ? `${day.slice(5)} ${time}` : day;
}
