import { useState } from "preact/hooks";
import type { DeadlineChanges, Limit } from "../api/deadlines";
import { number } from "../format";
import { codeText, say, t } from "../i18n";
import { LimitForm } from "./LimitForm";
import { limitKey, withLimit } from "./pending";
import { may } from "../state/session";

interface Props {
  limits: readonly Limit[];
  changes: DeadlineChanges;
  onChange: (changes: DeadlineChanges) => void;
}

/** Every limit that holds, in the order of stages, with what shall become of it. */
export function LimitTable({ limits, changes, onChange }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const planned = new Map(changes.limits.map((one) => [limitKey(one), one]));
  const fresh = changes.limits.filter((one) => one.amount !== null && !limits.some((limit) => limitKey(limit) === limitKey(one)));
  return (
    <section>
      <div class="desk-intro">
        <h3>{t("deadlines.limits")}</h3>
        {may("deadlines_write") && (
          <button type="button" class="button" data-action="new-limit" onClick={() => setOpen("new")}>
            {t("deadlines.new_limit")}
          </button>
        )}
      </div>
      {open === "new" && (
        <LimitForm
          limit={null}
          onDone={(change) => {
            if (change) onChange(withLimit(changes, change, limits));
            setOpen(null);
          }}
        />
      )}
      <div class="table-box">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("deadlines.column.stage")}</th>
              <th scope="col">{t("deadlines.column.what")}</th>
              <th scope="col" class="number">
                {t("deadlines.column.limit")}
              </th>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            {fresh.map((one) => (
              <tr key={limitKey(one)} class="is-planned">
                <td>{codeText("stage", one.stage)}</td>
                <td>{[one.category, one.condition].filter(Boolean).join(" · ") || t("deadlines.any")}</td>
                <td class="number">{one.amount !== null && one.kind && words(one.amount, one.kind)}</td>
                <td>
                  <button type="button" class="link" onClick={() => onChange({ ...changes, limits: changes.limits.filter((each) => each !== one) })}>
                    {t("deadlines.take_back")}
                  </button>
                </td>
              </tr>
            ))}
            {limits.map((limit) => {
              const key = limitKey(limit);
              const then = planned.get(key);
              return (
                <>
                  <tr key={key} class={then ? "is-planned" : undefined}>
                    <td>{codeText("stage", limit.stage)}</td>
                    <td>{what(limit)}</td>
                    <td class="number">
                      {then ? <s>{words(limit.amount, limit.kind)}</s> : words(limit.amount, limit.kind)}
                      {then && <strong> {then.amount === null || then.kind === null ? t("deadlines.ends") : words(then.amount, then.kind)}</strong>}
                    </td>
                    <td>
                      {then ? (
                        <button type="button" class="link" onClick={() => onChange({ ...changes, limits: changes.limits.filter((each) => each !== then) })}>
                          {t("deadlines.take_back")}
                        </button>
                      ) : !may("deadlines_write") ? null : (
                        <button type="button" class="link" aria-expanded={open === key} onClick={() => setOpen(open === key ? null : key)}>
                          {t("deadlines.edit")}
                        </button>
                      )}
                    </td>
                  </tr>
                  {open === key && !then && (
                    <tr>
                      <td colSpan={4}>
                        <LimitForm
                          limit={limit}
                          onDone={(change) => {
                            if (change) onChange(withLimit(changes, change, limits));
                            setOpen(null);
                          }}
                        />
                      </td>
                    </tr>
                  )}
                </>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export const words = (amount: number, kind: string): string => `${number(amount)} ${codeText("clock_kind", kind)}`;

function what(limit: Limit): string {
  const parts = [
    limit.category_name ? say(limit.category_name) : null,
    limit.condition,
    limit.appeal_kind && codeText("appeal", limit.appeal_kind),
    limit.urgency && codeText("urgency", limit.urgency),
  ].filter(Boolean);
  return parts.join(" · ") || t("deadlines.any");
}
