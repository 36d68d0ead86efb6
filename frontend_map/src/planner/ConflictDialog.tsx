import { useEffect, useRef, useState } from "preact/hooks";
import type { Lock, PlanConflict } from "../api/plans";
import { dateTime, number } from "../format";
import { t } from "../i18n";
import { redo, rename, setExempt, setLock } from "./actions";
import type { Draft } from "./measures";
import { who } from "./person";
import { conflict, draft, refusal, saveState, type Conflict } from "./state";
import { zoneName } from "./words";

/** Somebody else changed the same meanwhile: both sides of each, and a choice for each. Nothing is overwritten unseen. */
export function ConflictDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = conflict.value;
  const [mine, setMine] = useState<ReadonlySet<PlanConflict>>(new Set());
  useEffect(() => {
    setMine(new Set());
    if (now && !dialog.current?.open) dialog.current?.showModal();
    if (!now && dialog.current?.open) dialog.current.close();
  }, [now]);
  if (!now) return <dialog ref={dialog} class="dialog" aria-label={t("conflict.title")} />;

  const choose = (one: PlanConflict, own: boolean): void => {
    const next = new Set(mine);
    if (own) next.add(one);
    else next.delete(one);
    setMine(next);
  };
  // A proposal may have been overtaken by one's own steps.
  const overtaken = now.conflicts.length > 0 && now.conflicts.every((one) => one.by === who());
  const rest = restOf(now).length;
  const whole = now.move.kind !== "paint" && now.move.kind !== "assign" && now.conflicts.some((one) => one.unit !== null);
  return (
    <dialog ref={dialog} class="dialog conflict-dialog" aria-labelledby="conflict-title" onClose={() => (conflict.value = null)}>
      <h2 id="conflict-title">{t(overtaken ? "conflict.title_own" : "conflict.title")}</h2>
      <p>{t(overtaken ? "conflict.intro_own" : "conflict.intro", { n: number(now.conflicts.length) })}</p>
      {rest > 0 && <p>{t("conflict.rest", { n: number(rest) })}</p>}
      {whole && <p>{t("conflict.whole", { step: t(`step.${now.move.kind}`) })}</p>}
      {now.conflicts.length > 0 && (
        <>
          <div class="panel-actions">
            <button type="button" class="button" onClick={() => setMine(new Set())}>
              {t("conflict.all_theirs")}
            </button>
            <button type="button" class="button" onClick={() => setMine(new Set(now.conflicts))}>
              {t("conflict.all_mine")}
            </button>
          </div>
          <div class="table-box">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{t("conflict.unit")}</th>
                  <th scope="col">{t(overtaken ? "conflict.now" : "conflict.theirs")}</th>
                  <th scope="col">{t(overtaken ? "conflict.proposed" : "conflict.yours")}</th>
                </tr>
              </thead>
              <tbody>
                {now.conflicts.map((one, at) => (
                  <ConflictRow key={at} one={one} at={at} own={mine.has(one)} onChoose={(own) => choose(one, own)} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      <div class="panel-actions">
        <button type="button" class="button primary" onClick={() => settle(now, mine)}>
          {t("conflict.settle")}
        </button>
      </div>
    </dialog>
  );
}

/** Units of a step, by identifier, that nobody else has touched, with the grids they were to go to. */
function restOf({ move, conflicts }: Conflict): { unit: number; zone: number }[] {
  const disputed = new Set(conflicts.map((one) => one.unit));
  const all = move.kind === "paint" ? move.units.map((unit) => ({ unit, zone: move.zone })) : move.kind === "assign" ? move.units.map((unit, at) => ({ unit, zone: move.zones[at]! })) : [];
  return all.filter((one) => !disputed.has(one.unit));
}

/** What stays as the other person saved it needs nothing; the rest is done once more, on what now holds. */
function settle(now: Conflict, mine: ReadonlySet<PlanConflict>): void {
  const here = draft.value;
  conflict.value = null;
  saveState.value = "saved";
  refusal.value = null;
  if (!here) return;
  const wanted = restOf(now);
  for (const one of mine) {
    const { yours: zone } = one;
    if (one.unit !== null && typeof zone === "number") wanted.push(...unitsOf(one, here).map((unit) => ({ unit: here.ids[unit]!, zone })));
  }
  redo(wanted);
  const { move } = now;
  if (![...mine].some((one) => one.unit === null)) return;
  if (move.kind === "rename") rename(move.zone, move.name);
  if (move.kind === "lock") setLock(move.zone, move.lock);
  if (move.kind === "exempt") setExempt(move.zone, move.exempt);
}

/** The units (by index) that a conflict is about: one, or the pieces that it was cut into. */
function unitsOf(one: PlanConflict, here: Draft | null): number[] {
  if (one.unit === null) return [];
  return (one.pieces.length > 0 ? one.pieces : [one.unit]).flatMap((unit) => here?.indexOf.get(unit) ?? []);
}

/** A side of a conflict in words: a grid for a unit, a value for an attribute. */
function side(one: PlanConflict, value: PlanConflict["yours"]): string {
  if (one.unit !== null) return zoneName(draft.value, typeof value === "number" ? value : null);
  if (one.attribute === "lock") return t(`lock.${value as Lock}`);
  if (typeof value === "boolean") return t(value ? "card.yes" : "card.no");
  return String(value ?? "–");
}

function ConflictRow({ one, at, own, onChoose }: { one: PlanConflict; at: number; own: boolean; onChoose: (own: boolean) => void }) {
  const here = draft.value;
  const units = unitsOf(one, here);
  const cut = one.pieces.length > 0;
  // Pieces are numbered behind the unit's own code.
  const code = here?.data.units.code[units[0] ?? -1]?.replace(cut ? /\.\d+$/ : /$^/, "");
  const name = `conflict-${at}`;
  return (
    <tr data-conflict={one.unit ?? one.number ?? ""}>
      <th scope="row">
        {one.unit === null ? zoneName(here, one.number) : (code ?? one.unit)}
        {units.length > 0 && (
          <span class="small muted block">{t("conflict.households", { n: number(units.reduce((sum, unit) => sum + here!.data.units.households[unit]!, 0)) })}</span>
        )}
      </th>
      <td>
        <label class="check">
          <input type="radio" name={name} checked={!own} onChange={() => onChoose(false)} />
          {cut ? t("conflict.cut", { n: one.pieces.length }) : side(one, one.theirs)}
        </label>
        <span class="small muted block">
          {one.by} · {dateTime(one.at)}
        </span>
      </td>
      <td>
        <label class="check">
          <input type="radio" name={name} checked={own} disabled={one.unit !== null && typeof one.yours !== "number"} onChange={() => onChoose(true)} />
          {side(one, one.yours)}
        </label>
      </td>
    </tr>
  );
}
