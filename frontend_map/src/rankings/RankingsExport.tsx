import { fileName, FORMATS } from "../department/exports";
import { footLine, madeLine } from "../department/ExportMenu";
import { picture } from "../department/picture";
import { date } from "../format";
import { codeText, lang, say, t } from "../i18n";
import { ExportMenu, type ExportGroup } from "../parts/ExportMenu";
import { cityMap } from "../state/map";
import { may } from "../state/session";
import { categories, city, mapState, rankingsView } from "../state/store";
import { bounds } from "./Legend";
import { dayAfter } from "./periods";
import { answer, classes, question, showsChange } from "./state";

/** The ranking as a file in every format, and the coloured map as a picture. */
export function RankingsExport() {
  const groups: ExportGroup[] = [];
  const map = cityMap.value?.map;
  if (may("export"))
    groups.push({
      label: t("rankings.export"),
      offers: FORMATS.map((format) => ({
        key: format,
        name: t(`out.${format}`),
        file: () => fileName("rankings", format, new Date()),
        from: () => ({ path: `api/exports/rankings.${format}`, query: { ...question.value, language: lang.value, bom: format === "csv" } }),
      })),
    });
  if (map && mapState.value === "ready") groups.push({ label: t("rankings.picture"), offers: [{ key: "png", name: t("out.png"), file: () => fileName("rankings", "png", new Date()), from: () => picture(map, caption()) }] });
  return groups.length > 0 ? <ExportMenu groups={groups} /> : null;
}

/** What a picture or a printed page says about itself. */
export function caption() {
  const view = rankingsView.value;
  const shown = answer.value;
  const filters = [view.category ? say(categories.value.find((one) => one.key === view.category)?.name) || view.category : null, ...view.sources.map((one) => codeText("source", one))].filter(Boolean);
  const where = shown?.within ? say(shown.within.name) : say(city.value?.name);
  const title = `${where} · ${t(`measure.${view.measure}`)}${showsChange.value ? ` · ${t("legend.change")}` : ""} · ${t(`ranked.${view.level}`)}`;
  return {
    title,
    lines: [
      ...(shown ? [t("rankings.span", { from: date(shown.span.first), until: date(dayAfter(shown.span.last, -1)) })] : []),
      t("out.filter", { filter: filters.join(t("app.comma")) || t("out.no_filter") }),
      madeLine(),
    ],
    legend: classes.value.toReversed().map((one) => ({ colour: one.colour, text: bounds(one, view.measure) })),
    foot: footLine(),
  };
}
