/** The answer about an area as a file: a table, or the area with its figures. Pure but for the language. */
import type { ZoneAnswer } from "../api/department";
import { codeText, say, t } from "../i18n";
import { DAYS } from "../plots/HourWeek";
import { stepText, type Bucket } from "./words";

/** A field of a table; what a spreadsheet would take for a formula stays text. */
export function csvField(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Sections with names and counts; lines that begin with `#` say what the file holds. A byte order mark comes first, for spreadsheets. */
export function answerCsv(found: ZoneAnswer, about: readonly string[], bucket: Bucket): string {
  const { incidents } = found;
  const rows: (string | number | null)[][] = [
    [t("query.incidents"), "", incidents.total],
    [t("box.open"), "", incidents.open],
    [t("clock.overdue"), "", incidents.overdue],
    [t("query.facilities"), "", found.facilities.total],
    [t("query.households"), "", found.households.count],
    [t("query.area"), "m²", Math.round(found.area_m2)],
    ...incidents.trend.map((one) => [t("figures.trend"), stepText(one.from, bucket).name, one.count]),
    ...incidents.by_category.map((one) => [t("figures.category"), say(one.category.name), one.count]),
    ...Object.entries(incidents.by_state).map(([key, count]) => [t("query.states"), codeText("state", key), count]),
    ...Object.entries(incidents.by_source).map(([key, count]) => [t("query.sources"), codeText("source", key), count]),
    ...(incidents.hours ?? []).flatMap((row, day) => row.flatMap((count, hour) => (count > 0 ? [[t("figures.hours"), t("plot.hour_of", { day: t(DAYS[day]!), from: hour, to: hour + 1 }), count]] : []))),
    ...(found.repeat_places ?? []).map((one) => [t("figures.repeats"), [one.address ?? say(one.base_grid?.name), say(one.category.name)].filter(Boolean).join(" · "), one.count]),
    ...found.facilities.by_class.map((one) => [t("query.facility_classes"), say(one.name), one.count]),
    ...found.grids.map((one) => [t("grids.grid"), `${say(one.name)} ${one.code}`, one.incidents, one.share]),
  ];
  const head = ["", "", t("plot.count"), t("out.share")];
  return `\uFEFF${about.map((line) => `# ${line.replaceAll(/[\r\n]+/g, " ")}\r\n`).join("")}${[head, ...rows].map((row) => row.map(csvField).join(",")).join("\r\n")}\r\n`;
}

/** The area as a feature with its figures; an area of zones has no shape of its own here. */
export function answerGeoJson(found: ZoneAnswer, about: readonly string[]): string {
  const { area, ...figures } = found;
  return JSON.stringify({ type: "FeatureCollection", about, features: [{ type: "Feature", geometry: area, properties: figures }] });
}
