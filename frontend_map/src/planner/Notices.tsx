import { loadNotices } from "../api/plans";
import { dateTime } from "../format";
import { say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { plan } from "./state";

/** Who was told of the plan, and what. */
export function Notices() {
  const here = plan.value;
  const told = useLoad(here && here.state !== "draft" && here.state !== "submitted" ? `${here.code} ${here.revision}` : null, (abort) => loadNotices(here!.code, abort));
  if (!here) return null;
  const items = told.value?.items ?? [];
  return (
    <section class="plan-notices" aria-label={t("notices.title")}>
      <h3>{t("notices.title")}</h3>
      {told.loading && !told.value && <Waiting />}
      {told.error && <Trouble error={told.error} again={told.again} />}
      {!told.loading && items.length === 0 && <p class="empty">{t("notices.none")}</p>}
      <ol class="step-list">
        {items.map((one) => (
          <li key={one.id} data-notice={one.kind}>
            <strong>{say(one.organisation.name)}</strong> {say(one.text)}
            <span class="small muted block">{dateTime(one.at)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
