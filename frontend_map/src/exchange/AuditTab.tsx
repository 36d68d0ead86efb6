import { useEffect, useState } from "preact/hooks";
import { loadUnmaskings, type Unmasking } from "../api/exchange";
import { base, type ApiError } from "../api/client";
import { dateTime, number } from "../format";
import { codeText, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { may } from "../state/session";

/** Who read contact data of reporters, when, of which incident, for what. */
export function AuditTab() {
  const first = useLoad("unmaskings", (abort) => loadUnmaskings(null, abort));
  const [more, setMore] = useState<{ items: Unmasking[]; next: number | null } | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  useEffect(() => setMore(null), [first.value]);
  const items = [...(first.value?.items ?? []), ...(more?.items ?? [])];
  const next = more ? more.next : (first.value?.next ?? null);
  const go = async (): Promise<void> => {
    try {
      const got = await loadUnmaskings(next);
      setMore({ items: [...(more?.items ?? []), ...got.items], next: got.next });
      setFailed(null);
    } catch (cause) {
      setFailed(asApiError(cause));
    }
  };
  const linked = may("incidents_read");
  return (
    <div class="desk-body" tabIndex={-1}>
      <p class="small muted intro">{t("audit.intro")}</p>
      {first.error && <Trouble error={first.error} again={first.again} />}
      {!first.value && !first.error && <Waiting />}
      {first.value && items.length === 0 && <p class="empty">{t("audit.none")}</p>}
      {items.length > 0 && (
        <div class="table-scroll" tabIndex={0} role="group" aria-label={t("exchange.tab.audit")}>
          <table class="plain-table audit">
            <thead>
              <tr>
                <th scope="col">{t("audit.when")}</th>
                <th scope="col">{t("audit.who")}</th>
                <th scope="col">{t("audit.incident")}</th>
                <th scope="col">{t("audit.purpose")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.seq}>
                  <td>
                    <time dateTime={one.at}>{dateTime(one.at)}</time>
                  </td>
                  <td>{codeText("actor", one.by)}</td>
                  <td class="code">{linked ? <a href={`${base}?incident=${one.incident}`}>{one.incident}</a> : one.incident}</td>
                  <td class="wraps">{one.purpose}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {failed && <Trouble error={failed} />}
      {next !== null && (
        <button type="button" class="button" onClick={() => void go()}>
          {t("counted.more")}
        </button>
      )}
      {items.length > 0 && (
        <p class="visually-hidden" role="status">
          {number(items.length)}
        </p>
      )}
    </div>
  );
}
