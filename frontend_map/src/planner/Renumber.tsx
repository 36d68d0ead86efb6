import { useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { sendMove, type StepAnswer } from "../api/plans";
import { t } from "../i18n";
import { Trouble } from "../parts/Trouble";
import { asApiError } from "../parts/load";
import { mayChange, tell } from "./actions";
import { who } from "./person";
import { draft, plan } from "./state";
import { perform } from "./sync";
import { zoneName } from "./words";

/** Codes anew, west to east and north to south: looked at first, then given. */
export function Renumber() {
  const here = plan.value;
  const [found, setFound] = useState<{ revision: number; rows: StepAnswer["renumbered"] } | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  if (!here) return null;
  const preview = async (): Promise<void> => {
    if (!mayChange()) return;
    setFailure(null);
    try {
      const answer = await sendMove(here.code, here.revision, [], who(), { kind: "renumber", preview: true });
      setFound({ revision: here.revision, rows: answer.renumbered });
    } catch (cause) {
      setFound(null);
      setFailure(asApiError(cause));
    }
  };
  const fresh = found?.revision === here.revision ? found : null;
  return (
    <section class="renumber" aria-label={t("renumber.title")}>
      <h3>{t("renumber.title")}</h3>
      <p class="small muted">{t("renumber.how")}</p>
      <div class="panel-actions">
        <button type="button" class="button" data-action="renumber-preview" onClick={() => void preview()}>
          {t("renumber.preview")}
        </button>
        {fresh && (
          <button
            type="button"
            class="button primary"
            data-action="renumber"
            onClick={() => {
              perform({ kind: "renumber", preview: false }, [], (answer) => tell(t("renumber.done", { n: answer.renumbered.length })));
              setFound(null);
            }}
          >
            {t("renumber.do", { n: fresh.rows.length })}
          </button>
        )}
      </div>
      {failure && <Trouble error={failure} />}
      {fresh && (
        <table class="table small">
          <thead>
            <tr>
              <th scope="col">{t("renumber.grid")}</th>
              <th scope="col">{t("renumber.before")}</th>
              <th scope="col">{t("renumber.after")}</th>
            </tr>
          </thead>
          <tbody>
            {fresh.rows.map((row) => (
              <tr key={row.number}>
                <td>{zoneName(draft.value, row.number)}</td>
                <td>{row.before ?? t("renumber.none")}</td>
                <td>
                  <strong>{row.after}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
