import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { importFile, type FileReport } from "../api/plans";
import { number } from "../format";
import { say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError } from "../parts/load";
import { bringIntoSight } from "../parts/sight";
import { mayChange, tell } from "./actions";
import { who } from "./person";
import { plan } from "./state";
import { reload } from "./sync";

const FORMS: Readonly<Record<string, string>> = { csv: "csv", gpkg: "gpkg", geojson: "geojson", json: "geojson", zip: "shp" };
const SHOWN = 40;

/** What a file says, row by row, before it is taken over as one step. */
export function ImportFile() {
  const here = plan.value;
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<FileReport | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLElement>(null);
  // What the file says stands at the end of the page.
  useEffect(() => (report || failure ? bringIntoSight(box.current) : undefined), [report, failure]);
  if (!here) return null;
  const form = file ? FORMS[file.name.split(".").at(-1)!.toLowerCase()] : undefined;

  const send = async (which: File, dry: boolean, skip: boolean): Promise<void> => {
    const as = FORMS[which.name.split(".").at(-1)!.toLowerCase()];
    if (!as || !mayChange()) return;
    setBusy(true);
    setFailure(null);
    try {
      const told = await importFile(here.code, which, as, { revision: here.revision, by: who(), skipBad: skip, dryRun: dry });
      setReport(told);
      if (told.stored) {
        tell(t("import.done", { n: told.changed }));
        setFile(null);
        setReport(null);
        await reload();
      }
    } catch (cause) {
      setReport(null);
      setFailure(asApiError(cause));
    } finally {
      setBusy(false);
    }
  };

  return (
    <section ref={box} class="import-file" aria-label={t("import.title")}>
      <h3>{t("import.title")}</h3>
      <p class="small muted">{t("import.how")}</p>
      <input
        type="file"
        name="plan-file"
        accept=".csv,.gpkg,.geojson,.json,.zip"
        aria-label={t("import.file")}
        onChange={(event) => {
          const next = event.currentTarget.files?.[0] ?? null;
          setFile(next);
          setReport(null);
          setFailure(null);
          if (next) void send(next, true, false);
        }}
      />
      {file && !form && <p class="field-error">{t("import.form")}</p>}
      {busy && <Waiting />}
      {failure && <Trouble error={failure} />}
      {report && file && (
        <>
          <p class={report.errors > 0 ? "warning" : "preview"}>
            {t("import.found", { rows: number(report.rows), changed: number(report.changed), errors: number(report.errors), skipped: number(report.skipped.count) })}
          </p>
          {report.faults.length > 0 && (
            <ul class="small" data-faults={report.errors}>
              {report.faults.slice(0, SHOWN).map((one) => (
                <li key={`${one.row} ${one.field}`}>
                  {t("import.row", { row: one.row })} {say(one.message)}
                  {one.suggestion && <span class="muted"> {say(one.suggestion)}</span>}
                </li>
              ))}
              {report.errors > SHOWN && <li class="muted">{t("import.more", { n: number(report.errors - SHOWN) })}</li>}
            </ul>
          )}
          <div class="panel-actions">
            <button type="button" class="button primary" data-action="import" disabled={busy || report.changed === 0} onClick={() => void send(file, false, report.errors > 0)}>
              {report.errors > 0 ? t("import.without") : t("import.do")}
            </button>
          </div>
        </>
      )}
    </section>
  );
}
