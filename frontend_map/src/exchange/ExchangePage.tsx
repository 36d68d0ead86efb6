import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Tabs } from "../parts/Tabs";
import { cityMap } from "../state/map";
import { loadNames } from "../state/rules_desk";
import { may } from "../state/session";
import { AuditTab } from "./AuditTab";
import { ReportsTab } from "./ReportsTab";
import { WebhooksTab } from "./WebhooksTab";

const NEEDS = { reports: "export", webhooks: "webhooks_manage", audit: "audit_read" } as const;
type Tab = keyof typeof NEEDS;

/** What goes out by itself, and who read what is masked; each part for whoever may have it. */
export function ExchangePage() {
  const open = (Object.keys(NEEDS) as Tab[]).filter((key) => may(NEEDS[key]));
  const [chosen, setTab] = useState<Tab | null>(null);
  const tab = chosen !== null && open.includes(chosen) ? chosen : open[0];
  useEffect(() => void cityMap.value?.map.resize(), [cityMap.value]);
  useEffect(() => void loadNames().catch((cause: unknown) => console.warn("organisations:", cause)), []);
  return (
    <section class="desk accounts exchange" data-covers="none" aria-label={t("exchange.title")}>
      <header class="desk-head">
        <h2 tabIndex={-1}>{t("exchange.title")}</h2>
        {tab && <Tabs<Tab> label={t("exchange.tabs")} tabs={open.map((key) => ({ key, name: t(`exchange.tab.${key}`) }))} value={tab} onChange={setTab} />}
      </header>
      {tab === "reports" && <ReportsTab />}
      {tab === "webhooks" && <WebhooksTab />}
      {tab === "audit" && <AuditTab />}
    </section>
  );
}
