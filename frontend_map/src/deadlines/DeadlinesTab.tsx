import { useState } from "preact/hooks";
import { changeDeadlines, loadDeadlines, tryDeadlines, type DeadlineChanges, type DeadlineTrial } from "../api/deadlines";
import type { ApiError } from "../api/client";
import { ActorButton, ActorDialog } from "../dispatch/ActorField";
import { number, today } from "../format";
import { say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { actor, known } from "../state/actor";
import { announcement } from "../state/store";
import { CalendarYear } from "./CalendarYear";
import { Hours } from "./Hours";
import { LimitTable } from "./LimitTable";
import { NOTHING, countOf } from "./pending";
import { TrialResult } from "./TrialResult";

const MOST_ERRORS = 8;

/** Time limits, working calendar and business hours: read, changed, and tried on past cases before. */
export function DeadlinesTab() {
  const [year, setYear] = useState(Number(today().slice(0, 4)));
  const loaded = useLoad(`${year}`, (abort) => loadDeadlines(year, abort));
  const [changes, setChanges] = useState<DeadlineChanges>(NOTHING);
  const [trial, setTrial] = useState<DeadlineTrial | null>(null);
  const [doing, setDoing] = useState<"check" | "save" | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const here = loaded.value;
  const count = countOf(changes);

  const change = (next: DeadlineChanges): void => {
    setChanges(next);
    setTrial(null);
    setFailure(null);
  };
  const run = async (what: "check" | "save"): Promise<void> => {
    if (doing || !here || count === 0 || !known.value) return;
    setDoing(what);
    setFailure(null);
    try {
      if (what === "check") setTrial(await tryDeadlines(actor.value, here.revision, changes));
      else {
        await changeDeadlines(actor.value, here.revision, changes);
        change(NOTHING);
        announcement.value = t("deadlines.saved");
        loaded.again();
      }
    } catch (cause) {
      const error = asApiError(cause);
      setFailure(error);
      // Somebody was faster: what holds now is read, what was thought of stays.
      if (error.code === "deadlines-changed") loaded.again();
    }
    setDoing(null);
  };

  if (!here) return loaded.error ? <Trouble error={loaded.error} again={loaded.again} /> : <Waiting />;
  return (
    <div class="deadlines">
      <div class="desk-intro">
        <p class="small muted">{t("deadlines.intro")}</p>
        <ActorButton />
      </div>
      <ActorDialog />
      <LimitTable limits={here.limits} changes={changes} onChange={change} />
      <CalendarYear key={here.year} here={here} year={year} onYear={setYear} changes={changes} onChange={change} />
      <Hours here={here} changes={changes} onChange={change} />
      {count > 0 && (
        <section class="boxed deadlines-pending" aria-label={t("deadlines.pending", { n: number(count) })}>
          <p>
            <strong>{t("deadlines.pending", { n: number(count) })}</strong> <span class="small muted">{t("deadlines.from_now")}</span>
          </p>
          {!known.value && <p class="warning">{t("deadlines.who_first")}</p>}
          <div class="panel-actions">
            <button type="button" class="button" data-action="check" aria-disabled={doing !== null || !known.value} onClick={() => void run("check")}>
              {t("deadlines.check")}
            </button>
            <button type="button" class="button primary" data-action="save" aria-disabled={doing !== null || !known.value} onClick={() => void run("save")}>
              {t("deadlines.save")}
            </button>
            <button type="button" class="button" onClick={() => change(NOTHING)}>
              {t("deadlines.drop")}
            </button>
          </div>
          {failure && (
            <div class="trouble" role="alert">
              <p>{failure.code === "unreachable" ? t("notice.unreachable") : failure.message}</p>
              <ul>
                {failure.errors.slice(0, MOST_ERRORS).map((one) => (
                  <li key={one.field}>{say(one.message)}</li>
                ))}
              </ul>
            </div>
          )}
          {doing && <Waiting />}
          {trial && <TrialResult trial={trial} />}
        </section>
      )}
    </div>
  );
}
