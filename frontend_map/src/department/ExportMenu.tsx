import { useRef, useState } from "preact/hooks";
import { download } from "../api/out";
import { deskChips } from "../dispatch/chips";
import { chipText } from "../dispatch/FilterBar";
import * as desk from "../dispatch/state";
import { dateTime, number } from "../format";
import { lang, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Menu } from "../parts/Menu";
import { asApiError } from "../parts/load";
import { cityMap } from "../state/map";
import { displayName, may } from "../state/session";
import { city, cityLayers, departmentView, editionDate, flash, mapBounds, mapState } from "../state/store";
import { today } from "../format";
import { actor } from "../state/actor";
import { answerCsv, answerGeoJson } from "./answer_file";
import { ANSWER_FORMATS, MAP_FORMATS, TABLE_FORMATS, exportQuery, fileName, subjectOf, type Format } from "./exports";
import { picture, save } from "./picture";
import { answer, relation, scopeName } from "./state";
import { areaText, bucketOf } from "./words";

type State = { format: Format | "png" | "pdf"; bytes: number } | null;

/** Takes along what is shown: tables, map data, the map as a picture. Everything says its filter, moment and edition. */
export function ExportMenu() {
  const [busy, setBusy] = useState<State>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);
  const { part, days } = departmentView.value;
  const subject = subjectOf(part);
  const file = async (format: Format | "pdf"): Promise<void> => {
    if (busy) return;
    const run = (abort.current = new AbortController());
    setBusy({ format, bytes: 0 });
    setTrouble(null);
    try {
      const path = format === "pdf" ? "api/exports/report.pdf" : `api/exports/${subject}.${format}`;
      const asked = exportQuery(format === "pdf" ? "incidents" : subject, desk.filter.value, mapBounds.value, actor.value.organisation, relation.value);
      const query = { ...asked, language: lang.value, bom: format === "csv" };
      const blob = await download(path, query, ({ bytes }) => setBusy({ format, bytes }), run.signal);
      save(blob, fileName(format === "pdf" ? "report" : subject, format, new Date()));
      flash.value = t("out.done");
    } catch (cause) {
      if (!run.signal.aborted) setTrouble(asApiError(cause).message);
    } finally {
      setBusy(null);
    }
  };
  /** The answer about an area is made here, from what is shown. */
  const answered = (format: (typeof ANSWER_FORMATS)[number]): void => {
    if (!answer.value) return;
    const lines = caption().lines;
    const text = format === "csv" ? answerCsv(answer.value, [caption().title, ...lines], bucketOf(days)) : answerGeoJson(answer.value, [caption().title, ...lines]);
    save(new Blob([text], { type: format === "csv" ? "text/csv;charset=utf-8" : "application/geo+json" }), fileName("zone-query", format, new Date()));
    flash.value = t("out.done");
  };
  const image = async (): Promise<void> => {
    const map = cityMap.value?.map;
    if (!map || busy) return;
    setBusy({ format: "png", bytes: 0 });
    setTrouble(null);
    try {
      save(await picture(map, caption()), fileName("map", "png", new Date()));
      flash.value = t("out.done");
    } catch (cause) {
      setTrouble(String(cause));
    } finally {
      setBusy(null);
    }
  };
  const exports = may("export");
  return (
    <Menu
      name="export"
      title={t("out.export")}
      label={
        <>
          <Glyph name="download" size={16} />
          <span>{t("out.export")}</span>
        </>
      }
    >
      {() => (
        <div class="export-menu">
          <p class="small muted">{t("out.as_seen")}</p>
          {trouble && (
            <p class="trouble" role="alert">
              {trouble}
            </p>
          )}
          {busy && (
            <p class="note small" role="status">
              {t("out.doing", { kb: number(Math.ceil(busy.bytes / 1024)) })}{" "}
              <button type="button" class="link" onClick={() => abort.current?.abort()}>
                {t("override.cancel")}
              </button>
            </p>
          )}
          {exports && (
            <>
              <p class="label">{subject === "facilities" ? t(`out.subject.${relation.value === "maintained" ? "maintained" : "owned"}`) : t(`out.subject.${subject}`)}</p>
              {subject === "zone-query" && !answer.value && <p class="small muted">{t("query.empty")}</p>}
              {subject === "zone-query" && answer.value && (
                <div class="formats">
                  {ANSWER_FORMATS.map((one) => (
                    <FormatButton key={one} format={one} name={t(`out.${one}`)} busy={busy !== null} onTake={() => answered(one)} />
                  ))}
                </div>
              )}
              {subject !== "zone-query" && (
                <>
                  <div class="formats">
                    {TABLE_FORMATS.map((one) => (
                      <FormatButton key={one} format={one} name={t(`out.${one}`)} busy={busy !== null} onTake={() => void file(one)} />
                    ))}
                  </div>
                  <div class="formats">
                    {MAP_FORMATS.map((one) => (
                      <FormatButton key={one} format={one} name={t(`out.${one}`)} busy={busy !== null} onTake={() => void file(one)} />
                    ))}
                  </div>
                </>
              )}
            </>
          )}
          <p class="label">{t("out.pictures")}</p>
          <div class="formats">
            {mapState.value === "ready" && <FormatButton format="png" name={t("out.png")} busy={busy !== null} onTake={() => void image()} />}
            {exports && <FormatButton format="pdf" name={t("out.pdf")} busy={busy !== null} onTake={() => void file("pdf")} />}
          </div>
        </div>
      )}
    </Menu>
  );
}

function FormatButton({ format, name, busy, onTake }: { format: string; name: string; busy: boolean; onTake: () => void }) {
  return (
    <button type="button" class="button" data-format={format} aria-disabled={busy} onClick={onTake}>
      {name}
    </button>
  );
}

/** What a picture says about itself. */
function caption() {
  const filter = desk.filter.value;
  const { part, area } = departmentView.value;
  const chips = deskChips(filter).map((chip) => chipText(chip, filter));
  const found = answer.value;
  const editions = cityLayers.value.filter((layer) => layer.kind !== "context").reduce((sum, layer) => Math.max(sum, layer.edition), 0);
  return {
    title: `${say(city.value?.name)} · ${scopeName.value}`,
    lines: [
      t("out.filter", { filter: chips.join(t("app.comma")) || t("out.no_filter") }),
      ...(part === "query" && area && found ? [t("out.area", { n: number(found.incidents.total), area: areaText(found.area_m2) })] : []),
      [t("out.made", { date: dateTime(new Date().toISOString()) }), t("out.edition", { date: editionDate.value ?? today() }) + (editions > 0 ? ` (#${editions})` : ""), displayName.value].filter(Boolean).join(" · "),
    ],
    foot: `GridGov · ${say(city.value?.attribution)}${city.value?.datasets.some((one) => one.synthetic) ? ` · ${t("map.synthetic")}` : ""}`,
  };
}
