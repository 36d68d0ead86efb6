import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { loadFacilities, type DepartmentFacility } from "../api/department";
import { number } from "../format";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import type { LonLat } from "../api/types";
import { ask } from "./query";
import { BUFFERS } from "./address";
import { facilityStateText, tally } from "./words";
import { AROUND_M, RELATIONS, relation, scopeQuery, withIncidents } from "./state";
import { useShown } from "./shown";

const PAGE = 200;

/** Where the list goes on. */
interface Following {
  next: string | null;
  busy: boolean;
  error: ApiError | null;
}
const NOTHING: Following = { next: null, busy: false, error: null };

/** What the department owns or maintains, its state, and what happens around each. */
export function Facilities() {
  const chosen = relation.value;
  const busy = withIncidents.value;
  const [rows, setRows] = useState<readonly DepartmentFacility[]>([]);
  const [following, setFollowing] = useState<Following>(NOTHING);
  const query = { ...scopeQuery.value, relation: chosen === "any" ? null : chosen, within: AROUND_M, with_incidents: busy, limit: PAGE };
  const key = JSON.stringify(query);
  const asked = useRef(key);
  asked.current = key;
  const { value, error, loading, again } = useLoad(key, (abort) => loadFacilities(query, abort));
  useEffect(() => {
    setRows(value?.items ?? []);
    setFollowing({ ...NOTHING, next: value?.next ?? null });
  }, [value]);
  const more = async (): Promise<void> => {
    setFollowing((before) => ({ ...before, busy: true, error: null }));
    try {
      const page = await loadFacilities({ ...query, after: following.next });
      // Another question was asked meanwhile: its answer is shown.
      if (asked.current !== key) return;
      setRows((before) => [...before, ...page.items]);
      setFollowing({ ...NOTHING, next: page.next });
    } catch (cause) {
      if (asked.current === key) setFollowing((before) => ({ ...before, busy: false, error: asApiError(cause) }));
    }
  };
  const pressed = useShown(
    rows.flatMap((one) => (one.place ? [{ type: "Feature" as const, properties: { key: one.code, kind: "facility", count: one.incidents, late: one.overdue }, geometry: one.place }] : [])),
    rows,
  );
  return (
    <div class="desk-body" tabIndex={-1}>
      <div class="part-ways">
        <div class="segments" role="group" aria-label={t("facility.relation")}>
          {RELATIONS.map((one) => (
            <button key={one} type="button" class="choice-chip chip" aria-pressed={chosen === one} onClick={() => (relation.value = one)}>
              {t(`facility.${one}`)}
            </button>
          ))}
        </div>
        <label class="check small">
          <input type="checkbox" name="with-incidents" checked={busy} onChange={(event) => (withIncidents.value = event.currentTarget.checked)} />
          {t("facility.busy", { m: AROUND_M })}
        </label>
      </div>
      {error && <Trouble error={error} again={again} />}
      {!value && loading && <Waiting />}
      {value && rows.length === 0 && (
        <div class="empty">
          <p>{t(busy ? "facility.none_busy" : "facility.none")}</p>
          {busy && (
            <button type="button" class="button" onClick={() => (withIncidents.value = false)}>
              {t("facility.show_all")}
            </button>
          )}
        </div>
      )}
      {rows.length > 0 && (
        <>
          <p class="small muted" role="status">
            {t(following.next ? "facility.first" : "facility.count", { n: number(rows.length) })} {tally(rows.map((one) => facilityStateText(one.state)))}
          </p>
          <table class="plain-table facilities" aria-label={t("department.part.facilities")} aria-busy={loading}>
            <thead>
              <tr>
                <th scope="col">{t("facility.name")}</th>
                <th scope="col">{t("facility.state")}</th>
                <th scope="col" class="num">
                  {t("facility.around", { m: AROUND_M })}
                </th>
                <th scope="col">
                  <span class="visually-hidden">{t("query.title")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <tr key={one.code} data-key={one.code} {...pressed.row(one.code)}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => one.place && cityMap.value?.reveal(one.place.coordinates as LonLat, 17)}>
                      {say(one.name) || say(one.category.name)}
                    </button>
                    <span class="small muted">
                      {" "}
                      <span class="code">{one.code}</span> {[say(one.category.name) === say(one.name) ? null : say(one.category.name), one.base_grid && say(one.base_grid.name), t(`facility.is_${one.relation}`)].filter(Boolean).join(" · ")}
                    </span>
                  </th>
                  <td>
                    <span class={one.state === "intact" || one.state === "normal" ? "" : "badge"}>{facilityStateText(one.state)}</span>
                  </td>
                  <td class="num">
                    {number(one.incidents)}
                    {one.overdue > 0 && <span class="small is-late"> {t("facility.late", { n: number(one.overdue) })}</span>}
                  </td>
                  <td>
                    <button type="button" class="icon-button" title={t("facility.ask")} aria-label={t("facility.ask_one", { name: say(one.name) || one.code })} onClick={() => ask({ kind: "facility", code: one.code, metres: BUFFERS.facility })}>
                      <Glyph name="area" size={16} />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {following.error && <Trouble error={following.error} />}
          {following.next && (
            <button type="button" class="button" disabled={following.busy} onClick={() => void more()}>
              {t("facility.more", { n: number(PAGE) })}
            </button>
          )}
        </>
      )}
    </div>
  );
}
