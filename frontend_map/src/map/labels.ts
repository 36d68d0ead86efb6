/** Label texts in the language of the page. */
import type { ExpressionSpecification } from "maplibre-gl";
import type { Lang } from "../i18n";

export function nameIn(lang: Lang): ExpressionSpecification {
  return lang === "en"
    ? ["coalesce", ["get", "name_en"], ["get", "name_zh"], ""]
    : ["coalesce", ["get", "name_zh"], ["get", "name_en"], ""];
}

/** A base grid's number inside its community (the last three digits), later its whole name. */
export function gridLabel(lang: Lang): ExpressionSpecification {
  const sequence: ExpressionSpecification = ["slice", ["get", "code"], -3];
  return ["step", ["zoom"], sequence, 15.5, ["concat", nameIn(lang), "\n", ["get", "code"]]];
}

/** Numbers of a cluster: `1.2万` / `12k` above ten thousand. */
export function countIn(lang: Lang): ExpressionSpecification {
  const count: ExpressionSpecification = ["to-number", ["get", "count"], 0];
  const short: ExpressionSpecification =
    lang === "zh"
      ? ["concat", ["to-string", ["/", ["round", ["/", count, 1000]], 10]], "万"]
      : ["concat", ["to-string", ["round", ["/", count, 1000]]], "k"];
  return ["case", [">=", count, 10_000], short, ["to-string", count]];
}
