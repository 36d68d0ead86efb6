import { queryString } from "../api/client";
import { deskChips } from "../dispatch/chips";
import { chipText } from "../dispatch/FilterBar";
import { filterQuery } from "../dispatch/question";
import * as desk from "../dispatch/state";
import { dateTime, number, today } from "../format";
import { lang, say, t } from "../i18n";
import { subscribing } from "../exchange/state";
import { ExportMenu, type ExportGroup, type FileOffer } from "../parts/ExportMenu";
import { actor } from "../state/actor";
import { cityMap } from "../state/map";
import { displayName, may } from "../state/session";
import { city, cityLayers, departmentView, editionDate, mapBounds, mapState, page } from "../state/store";
import { answerCsv, answerGeoJson } from "./answer_file";
import { FORMATS, exportQuery, fileName, subjectOf, type Format } from "./exports";
import { picture } from "./picture";
import { zoneQuestion } from "./query";
import { AROUND_M, answer, relation, scopeName, withIncidents } from "./state";
import { readTables, tablesCsv } from "./table_file";
import { areaText, bucketOf } from "./words";

/** Takes along what the open part of the desk shows. Everything says its filter, moment and edition. */
export function DepartmentExport() {
  return (
    <ExportMenu groups={groups()}>
      {(close) =>
        may("export") && (
          <button
            type="button"
            class="link small"
            onClick={() => {
              subscribing.value = queryString(filterQuery(desk.filter.peek())).slice(1);
              close();
              page.value = "exchange";
            }}
          >
            {t("subscription.from_desk")}
          </button>
        )
      }
    </ExportMenu>
  );
}

function groups(): ExportGroup[] {
  const { part } = departmentView.value;
  const pictures: FileOffer[] = [];
  const map = cityMap.value?.map;
  if (mapState.value === "ready" && map) pictures.push({ key: "png", name: t("out.png"), file: () => fileName("map", "png", new Date()), from: () => picture(map, caption()) });
  if (may("export"))
    pictures.push({
      key: "pdf",
      name: t("out.pdf"),
      file: () => fileName("report", "pdf", new Date()),
      from: () => ({ path: "api/exports/report.pdf", query: { ...exportQuery("incidents", desk.filter.value, mapBounds.value), language: lang.value } }),
    });
  const last = { label: t("out.pictures"), offers: pictures };
  if (!may("export")) return [last];
  const shown = part === "facilities" || part === "grids" || part === "people" || part === "figures" ? [tables()] : part === "query" ? [figures()] : [];
  return part === "people" || part === "figures" ? [...shown, rows(), last] : [rows(), ...shown, last];
}

/** Rows from the server: the incidents listed or of the area, facilities, grids. */
function rows(): ExportGroup {
  const { part, area, days } = departmentView.value;
  const subject = subjectOf(part);
  const label = subject === "facilities" ? t(`out.subject.${relation.value === "any" ? "kept" : relation.value}`) : t(`out.subject.${subject}`);
  const query = (format: Format) => ({ ...exportQuery(subject, desk.filter.value, mapBounds.value, actor.value.organisation, relation.value), language: lang.value, bom: format === "csv" });
  return {
    label,
    empty: subject === "zone-query" && !area ? t("query.empty") : null,
    offers: FORMATS.map((format) => ({
      key: format,
      name: t(`out.${format}`),
      file: () => fileName(subject, format, new Date()),
      from: () => ({ path: `api/exports/${subject}.${format}`, query: query(format), ...(subject === "zone-query" && area ? { body: zoneQuestion(area, days) } : {}) }),
    })),
  };
}

/** The figures about an area, as they stand there. */
function figures(): ExportGroup {
  const found = answer.value;
  const about = (): string[] => [caption().title, ...caption().lines];
  const offer = (format: "csv" | "geojson", make: () => string): FileOffer => ({
    key: `figures-${format}`,
    name: t(`out.figures_${format}`),
    file: () => fileName("zone-query-figures", format, new Date()),
    from: () => new Blob([make()], { type: format === "csv" ? "text/csv;charset=utf-8" : "application/geo+json" }),
  });
  return {
    label: t("out.figures"),
    empty: found ? null : t("query.empty"),
    offers: found ? [offer("csv", () => answerCsv(found, about(), bucketOf(departmentView.peek().days))), ...(found.area ? [offer("geojson", () => answerGeoJson(found, about()))] : [])] : [],
  };
}

/** Tables of the part, as they stand there. */
function tables(): ExportGroup {
  return {
    label: t("out.tables"),
    offers: [
      {
        key: "tables",
        name: t("out.csv"),
        file: () => fileName(departmentView.peek().part, "csv", new Date()),
        from: () => new Blob([tablesCsv(readTables(document.querySelector(".department")!), [caption().title, t("out.filter", { filter: tableFilter() }), madeLine()])], { type: "text/csv;charset=utf-8" }),
      },
    ],
  };
}

/** What the tables of a part are narrowed by: not by the chips of the list of incidents. */
function tableFilter(): string {
  const { part, days } = departmentView.value;
  if (part === "facilities") return [t(`facility.${relation.value}`), ...(withIncidents.value ? [t("facility.busy", { m: AROUND_M })] : [])].join(t("app.comma"));
  if (part === "figures") return days === 365 ? t("figures.year") : t("time.span", { n: days });
  return t("out.no_filter");
}

/** What a picture says about itself. */
function caption() {
  const filter = desk.filter.value;
  const { part, area } = departmentView.value;
  const chips = deskChips(filter).map((chip) => chipText(chip, filter));
  const found = answer.value;
  return {
    title: `${say(city.value?.name)} · ${scopeName.value}`,
    lines: [
      t("out.filter", { filter: chips.join(t("app.comma")) || t("out.no_filter") }),
      ...(part === "query" && area && found ? [t("out.area", { n: number(found.incidents.total), area: areaText(found.area_m2) })] : []),
      madeLine(),
    ],
    foot: footLine(),
  };
}

/** When it was made, as of which grids, by whom. */
export function madeLine(): string {
  const editions = cityLayers.value.filter((layer) => layer.kind !== "context").reduce((sum, layer) => Math.max(sum, layer.edition), 0);
  const edition = t("out.edition", { date: editionDate.value ?? today() }) + (editions > 0 ? ` (#${editions})` : "");
  return [t("out.made", { date: dateTime(new Date().toISOString()) }), edition, displayName.value].filter(Boolean).join(" · ");
}

export const footLine = (): string => `GridGov · ${say(city.value?.attribution)}${city.value?.datasets.some((one) => one.synthetic) ? ` · ${t("map.synthetic")}` : ""}`;
