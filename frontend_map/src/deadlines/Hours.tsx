import { useState } from "preact/hooks";
import type { DeadlineChanges, Deadlines } from "../api/deadlines";
import type { Organisation } from "../api/organisations";
import { say, t } from "../i18n";
import { OrganisationField } from "../parts/OrganisationField";
import { withWindows } from "./pending";
import { may } from "../state/session";

interface Props {
  here: Deadlines;
  changes: DeadlineChanges;
  onChange: (changes: DeadlineChanges) => void;
}

/** Business hours: of the city, and of organisations that have their own. */
export function Hours({ here, changes, onChange }: Props) {
  const [added, setAdded] = useState<Organisation[]>([]);
  const own = here.organisations.filter((one) => one.own);
  const rows: { code: string | null; name: string; windows: string | null }[] = [
    { code: null, name: t("deadlines.city"), windows: here.windows },
    ...own.map((one) => ({ code: one.organisation, name: say(one.name), windows: one.windows })),
    ...added.filter((one) => !own.some((each) => each.organisation === one.code)).map((one) => ({ code: one.code, name: say(one.name), windows: null })),
  ];
  const planned = new Map(changes.windows.map((one) => [one.organisation, one.windows]));
  return (
    <section>
      <h3>{t("deadlines.hours")}</h3>
      <div class="table-box">
        <table class="table">
          <tbody>
            {rows.map((row) => {
              const then = planned.has(row.code) ? (planned.get(row.code) ?? "") : (row.windows ?? "");
              return (
                <tr key={row.code ?? ""} class={planned.has(row.code) ? "is-planned" : undefined}>
                  <th scope="row">{row.name}</th>
                  <td>
                    <input
                      aria-label={t("deadlines.hours_of", { name: row.name })}
                      placeholder="08:30-12:00,14:00-17:30"
                      maxLength={200}
                      readOnly={!may("deadlines_write")}
                      value={then}
                      onChange={(event) => onChange(withWindows(changes, row.code, event.currentTarget.value.replaceAll("，", ",").trim() || null, row.windows))}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {may("deadlines_write") && <OrganisationField label={t("deadlines.hours_add")} labelled name="hours-organisation" without={rows.flatMap((row) => row.code ?? [])} onTake={(one) => setAdded([...added, one])} />}
    </section>
  );
}
