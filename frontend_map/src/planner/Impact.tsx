import { loadImpact, impactAddress, type Plan } from "../api/plans";
import { number } from "../format";
import { t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { totals } from "./state";

/** What publishing would mean; the whole report is a page of its own, to be printed. */
export function Impact({ plan }: { plan: Plan }) {
  const changes = totals.value.movedUnits > 0 || plan.state !== "draft";
  const impact = useLoad(changes ? `${plan.code} ${plan.revision}` : null, (abort) => loadImpact<Record<string, unknown>>(plan.code, abort));
  return (
    <section class="impact" aria-label={t("impact.title")}>
      <h3>{t("impact.title")}</h3>
      {!changes && <p class="empty">{t("impact.none")}</p>}
      {impact.loading && !impact.value && <Waiting />}
      {impact.error && <Trouble error={impact.error} again={impact.again} />}
      {impact.value && <pre class="small">{JSON.stringify(impact.value, null, 1).slice(0, 200)}</pre>}
      {changes && (
        <p class="small exports">
          <a href={impactAddress(plan.code, "html")} target="_blank" rel="noreferrer">
            {t("impact.print")}
          </a>
          <a href={impactAddress(plan.code, "csv")} download>
            {t("impact.csv")}
          </a>
          <span class="visually-hidden">{number(plan.revision)}</span>
        </p>
      )}
    </section>
  );
}
