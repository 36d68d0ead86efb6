import { useEffect, useRef, useState } from "preact/hooks";
import { dateTime, number } from "../format";
import { t } from "../i18n";
import { paint } from "./actions";
import { NOWHERE } from "./measures";
import { conflict, draft, saveState } from "./state";
import { zoneName } from "./words";

/** Somebody else moved the same units meanwhile: both sides of each, and a choice for each. Nothing is overwritten unseen. */
export function ConflictDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const now = conflict.value;
  const [mine, setMine] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => {
    setMine(new Set());
    if (now && !dialog.current?.open) dialog.current?.showModal();
    if (!now && dialog.current?.open) dialog.current.close();
  }, [now]);
  if (!now) return <dialog ref={dialog} class="dialog" aria-label={t("conflict.title")} />;

  const settle = (): void => {
    const here = draft.value;
    const kept = now.units.filter((one) => mine.has(one.unit));
    conflict.value = null;
    saveState.value = "saved";
    if (!here) return;
    for (const zone of new Set(kept.map((one) => one.yours ?? NOWHERE))) {
      const units = kept.filter((one) => (one.yours ?? NOWHERE) === zone).flatMap((one) => here.indexOf.get(one.unit) ?? []);
      if (zone !== NOWHERE && units.length > 0) paint(units, zone);
    }
  };
  const choose = (unit: number, own: boolean): void => {
    const next = new Set(mine);
    if (own) next.add(unit);
    else next.delete(unit);
    setMine(next);
  };
  const all = (own: boolean): void => setMine(new Set(own ? now.units.map((one) => one.unit) : []));
  return (
    <dialog ref={dialog} class="dialog conflict-dialog" aria-labelledby="conflict-title" onClose={() => (conflict.value = null)}>
      <h2 id="conflict-title">{t("conflict.title")}</h2>
      <p>{t("conflict.intro", { n: number(now.units.length) })}</p>
      {now.units.length > 0 && (
        <>
          <div class="panel-actions">
            <button type="button" class="button" onClick={() => all(false)}>
              {t("conflict.all_theirs")}
            </button>
            <button type="button" class="button" onClick={() => all(true)}>
              {t("conflict.all_mine")}
            </button>
          </div>
          <div class="table-box">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{t("conflict.unit")}</th>
                  <th scope="col">{t("conflict.theirs")}</th>
                  <th scope="col">{t("conflict.yours")}</th>
                </tr>
              </thead>
              <tbody>
                {now.units.map((one) => (
                  <ConflictRow key={one.unit} one={one} own={mine.has(one.unit)} onChoose={(own) => choose(one.unit, own)} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      <div class="panel-actions">
        <button type="button" class="button primary" onClick={settle}>
          {t("conflict.settle")}
        </button>
      </div>
    </dialog>
  );
}

function ConflictRow({ one, own, onChoose }: { one: NonNullable<typeof conflict.value>["units"][number]; own: boolean; onChoose: (own: boolean) => void }) {
  const here = draft.value;
  const index = here?.indexOf.get(one.unit);
  const name = `conflict-${one.unit}`;
  return (
    <tr data-conflict={one.unit}>
      <th scope="row">
        {index === undefined ? one.unit : here?.data.units.code[index]}
        <span class="small muted block">{t("conflict.households", { n: number(index === undefined ? null : here?.data.units.households[index]) })}</span>
      </th>
      <td>
        <label class="check">
          <input type="radio" name={name} checked={!own} onChange={() => onChoose(false)} />
          {zoneName(here, one.theirs)}
        </label>
        <span class="small muted block">
          {one.by} · {dateTime(one.at)}
        </span>
      </td>
      <td>
        <label class="check">
          <input type="radio" name={name} checked={own} onChange={() => onChoose(true)} />
          {zoneName(here, one.yours)}
        </label>
      </td>
    </tr>
  );
}
