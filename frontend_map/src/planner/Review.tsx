import { batch } from "@preact/signals";
import { useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { act, exportAddress, type Plan, type PlanAction } from "../api/plans";
import { cityMoment, date, dateTime } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { asApiError } from "../parts/load";
import { may } from "../state/session";
import { hinder, tell, useTool } from "./actions";
import { Impact } from "./Impact";
import { ImportFile } from "./ImportFile";
import { Notices } from "./Notices";
import { PatrolMoves } from "./PatrolMoves";
import { Renumber } from "./Renumber";
import { person, personKnown, who } from "./person";
import { choose, draft, editable, found, nested, plan, planListVersion, rows, saveState, totals } from "./state";
import { reload } from "./sync";
import { zoneName } from "./words";

const ACTIONS: Readonly<Record<Plan["state"], readonly PlanAction[]>> = {
  draft: ["submit", "withdraw"],
  submitted: ["approve", "reopen", "withdraw"],
  approved: ["publish", "schedule", "reopen", "withdraw"],
  scheduled: ["schedule", "withdraw"],
  published: ["rollback", "keep"],
  superseded: [],
  withdrawn: [],
  rolled_back: [],
};
/** Those that another person must do. */
const SECOND: ReadonlySet<PlanAction> = new Set(["approve", "rollback"]);
/** Those that cannot be taken back by the next button. */
const GRAVE: ReadonlySet<PlanAction> = new Set(["publish", "withdraw", "rollback"]);
/** Those that take a moment; a roll-back also does without. */
const TIMED: ReadonlySet<PlanAction> = new Set(["schedule", "rollback"]);

/** What the account needs for each, as the server's table of permissions says. */
const NEEDS: Readonly<Record<PlanAction, string>> = {
  submit: "plans_draw",
  reopen: "plans_return",
  withdraw: "plans_return",
  approve: "plans_approve",
  schedule: "plans_approve",
  publish: "plans_approve",
  rollback: "plans_approve",
  keep: "plans_approve",
};

const APPROVED: ReadonlySet<Plan["state"]> = new Set(["approved", "scheduled"]);

/** Once a plan is approved, approvers alone give it up. */
const mayDo = (action: PlanAction, state: Plan["state"]): boolean => may(NEEDS[action]) && (action !== "withdraw" || !APPROVED.has(state) || may("plans_approve"));

const STATIONS = ["draft", "submitted", "approved", "published"] as const;

/** From draft to force: who did what, what comes next, and what it would mean. */
export function Review() {
  const here = plan.value;
  if (!here) return null;
  return (
    <div class="plan-pane scrolls" tabIndex={0} role="group" aria-label={t("desktab.review")}>
      <Way plan={here} />
      <Buttons key={here.state} plan={here} />
      <Impact plan={here} />
      <PatrolMoves />
      <Notices />
      {editable.value && nested.value && <Renumber />}
      {editable.value && <ImportFile />}
      <p class="small exports">
        {t("review.export")}{" "}
        {(["gpkg", "geojson", "shp", "csv"] as const).map((format) => (
          <a key={format} href={exportAddress(here.code, format)} download>
            {format === "shp" ? "Shapefile" : format === "gpkg" ? "GeoPackage" : format === "csv" ? "CSV" : "GeoJSON"}
          </a>
        ))}
      </p>
    </div>
  );
}

function Way({ plan: here }: { plan: Plan }) {
  const at = here.state === "scheduled" ? 2 : here.state === "superseded" || here.state === "rolled_back" ? 3 : STATIONS.indexOf(here.state as "draft");
  return (
    <>
      <ol class="stations" aria-label={t("review.way")}>
        {STATIONS.map((one, index) => (
          <li key={one} class={index < at ? "is-done" : index === at ? "is-now" : ""} aria-current={index === at ? "step" : undefined}>
            {t(`planstate.${index === at ? here.state : one}`)}
          </li>
        ))}
      </ol>
      <p class="small">
        {t("review.author", { name: here.author ?? t("app.unknown"), date: date(here.created_at) })}
        {` · ${t("review.base", { date: date(here.base) })}`}
        {here.approver && ` · ${t("review.approver", { name: here.approver })}`}
        {here.effective_from && ` · ${t("review.effective", { date: dateTime(here.effective_from) })}`}
      </p>
      {here.rollback_at && <p class="warning">{t("review.rollback_at", { date: dateTime(here.rollback_at) })}</p>}
      {here.state === "withdrawn" && <p class="warning">{t("planstate.withdrawn")}</p>}
    </>
  );
}

function Buttons({ plan: here }: { plan: Plan }) {
  const [asked, setAsked] = useState<PlanAction | null>(null);
  const [moment, setMoment] = useState("");
  const [doing, setDoing] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [needMoment, setNeedMoment] = useState(false);
  const possible = ACTIONS[here.state].filter((action) => action !== "keep" || here.rollback_at !== null);
  const actions = possible.filter((action) => mayDo(action, here.state));
  const problems = found.value.length;

  const run = async (action: PlanAction): Promise<void> => {
    if (doing) return;
    if (who() === "") {
      hinder(t("plan.name_first"));
      document.getElementById("planner-name")?.focus();
      return;
    }
    const from = TIMED.has(action) ? cityMoment(moment) : null;
    const missing = from === null && (action === "schedule" || (action === "rollback" && moment !== ""));
    setNeedMoment(missing);
    if (missing) return;
    setDoing(true);
    setFailure(null);
    try {
      const next = await act(here.code, action, here.revision, who(), from ?? undefined);
      batch(() => {
        // Rolling back is a plan of its own; this one is read anew.
        if (next.code === here.code) plan.value = { ...here, ...next };
        planListVersion.value++;
      });
      const later = action === "rollback" && next.code === here.code;
      tell(later ? t("did.rollback_later", { date: dateTime(next.rollback_at) }) : t(`did.${action}`));
      if (action === "publish" || (action === "rollback" && !later) || action === "reopen") await reload();
    } catch (cause) {
      // What was entered stays, to be put right.
      setFailure(asApiError(cause));
      setDoing(false);
      return;
    }
    setDoing(false);
    setAsked(null);
  };

  const more = failure?.errors.filter((one) => one.message !== failure.message) ?? [];
  return (
    <section class="approval" aria-label={t("review.next")}>
      {here.state === "draft" && (
        <p class={totals.value.movedUnits > 0 && problems > 0 ? "warning" : "preview"}>
          {totals.value.movedUnits === 0 ? t("review.nothing") : problems > 0 ? t("review.problems", { n: problems }) : t("review.clean")}
        </p>
      )}
      {here.state === "submitted" && (
        <p class="preview">
          {t("review.second", { author: here.author ?? t("app.unknown") })} {!personKnown.value && t("review.second_name")}
        </p>
      )}
      {possible.length > 0 && actions.length === 0 && <p class="preview">{t("review.others")}</p>}
      {editable.value && <Unnamed />}
      <div class="panel-actions">
        {actions.map((action, index) => (
          <button
            key={action}
            type="button"
            class={index === 0 ? "button primary" : "button"}
            data-action={action}
            aria-disabled={doing || saveState.value === "saving"}
            title={SECOND.has(action) ? t("review.second_hint") : undefined}
            onClick={() => (GRAVE.has(action) || action === "schedule" ? setAsked(action) : void run(action))}
          >
            {nameOf(action, here)}
          </button>
        ))}
      </div>
      {asked && (
        <div class="boxed" role="group" aria-label={t(`act.${asked}`)}>
          <p>{t(`ask.${asked as "publish" | "withdraw" | "rollback" | "schedule"}`)}</p>
          {TIMED.has(asked) && (
            <label class="moment">
              <span class="label">{t(asked === "rollback" ? "review.rollback_moment" : "apply.moment")}</span>
              <input type="datetime-local" name="moment" value={moment} aria-invalid={needMoment ? "true" : undefined} onInput={(event) => setMoment(event.currentTarget.value)} />
              {needMoment && <span class="field-error">{t("apply.need_moment")}</span>}
            </label>
          )}
          <p class="small muted">{t("review.as", { name: person.value || "?" })}</p>
          <div class="panel-actions">
            <button type="button" class="button primary" data-action="confirm" aria-disabled={doing} onClick={() => void run(asked)}>
              {nameOf(asked, here)}
            </button>
            <button type="button" class="button" onClick={() => setAsked(null)}>
              {t("newplan.cancel")}
            </button>
          </div>
        </div>
      )}
      {failure && (
        <div class="trouble" role="alert">
          <p>
            <Glyph name="warn" size={16} /> {failure.code === "unreachable" ? t("notice.unreachable") : failure.message}
          </p>
          {more.length > 0 && (
            <ul>
              {more.map((one) => (
                <li key={one.message}>{one.message}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </section>
  );
}

/** A plan that has its moment is given another one. */
const nameOf = (action: PlanAction, { state }: Plan): string => t(action === "schedule" && state === "scheduled" ? "act.reschedule" : `act.${action}`);

/** New grids that still have the name the program gave them: it would come into force with the plan. */
function Unnamed() {
  const here = draft.value;
  const unnamed = rows.value.filter(({ zone, units }) => units > 0 && zone.code === null && zone.name.zh === `新网格${zone.number}`);
  const [first] = unnamed;
  if (!here || !first) return null;
  return (
    <p class="preview" data-unnamed={unnamed.length}>
      {t("review.unnamed", { n: unnamed.length })}{" "}
      <button
        type="button"
        class="link"
        onClick={() => {
          choose(first.number);
          useTool("rename");
        }}
      >
        {t("review.name_it", { name: zoneName(here, first.number) })}
      </button>
    </p>
  );
}
