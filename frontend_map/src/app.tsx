import { useCallback, useEffect, useState } from "preact/hooks";
import { NotAllowed, OpenBanner } from "./account/AccountMenu";
import { AccountsPage } from "./account/AccountsPage";
import { SignInDialog, SignInPage } from "./account/SignInPage";
import { loadCategories, loadCity, loadLayers } from "./api/city";
import type { ApiError } from "./api/client";
import { t } from "./i18n";
import { Attribution } from "./panels/Attribution";
import { Help } from "./panels/Help";
import { IncidentList } from "./panels/IncidentList";
import { IncidentPanel } from "./panels/IncidentPanel";
import { Layers } from "./panels/Layers";
import { MapStage } from "./panels/MapStage";
import { Notices } from "./panels/Notices";
import { ReportForm } from "./panels/ReportForm";
import { LocateForm } from "./panels/LocateForm";
import { LocatePanel } from "./panels/LocatePanel";
import { TopBar } from "./panels/TopBar";
import { asApiError } from "./parts/load";
import { WhyHere } from "./panels/WhyHere";
import { ZonePanel } from "./panels/ZonePanel";
import { CasePanel } from "./dispatch/CasePanel";
import { DispatchPage } from "./dispatch/DispatchPage";
import { MapOverlay } from "./dispatch/MapOverlay";
import { PlannerPage } from "./planner/PlannerPage";
import { PlanOverlay } from "./planner/Toolbar";
import { ExchangePage } from "./exchange/ExchangePage";
import { DepartmentPage, DepartmentRight } from "./department/DepartmentPage";
import { MoveCard } from "./rules/MoveCard";
import { RankingsPage, RankingsRight } from "./rankings/RankingsPage";
import { RulesPage } from "./rules/RulesPage";
import { mayOpen } from "./state/desks";
import { trial } from "./state/rules_desk";
import { me, openMode, resumed, signedIn } from "./state/session";
import * as store from "./state/store";
import type { Page } from "./state/url";

/** Signing in first; whatever address was asked for opens afterwards. */
export function App() {
  return signedIn.value || openMode.value ? <Pages key={me.value?.name ?? ""} /> : <SignInPage />;
}

function Pages() {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const start = useCallback(async (): Promise<void> => {
    try {
      const [city, layers, categories] = await Promise.all([loadCity(), loadLayers(), loadCategories()]);
      store.cityLayers.value = layers;
      store.categories.value = categories;
      store.city.value = city;
      setFailure(null);
    } catch (cause) {
      console.warn("start:", cause);
      setFailure(asApiError(cause));
    }
  }, []);
  useEffect(() => void start(), []);
  // What failed while nobody was signed in is asked for anew.
  useEffect(() => {
    if (resumed.value > 0) retry();
  }, [resumed.value]);

  const retry = (): void => {
    store.tileTrouble.value = false;
    store.incidentsVersion.value++;
    void start();
  };

  const toList = (event: Event): void => {
    event.preventDefault();
    if (store.page.value === "rules") return document.getElementById("rule-search")?.focus();
    if (store.page.value === "dispatch" || store.page.value === "department") return (document.querySelector<HTMLElement>("[data-row][tabindex='0']") ?? document.querySelector<HTMLElement>(".dispatch .desk-body"))?.focus();
    if (store.page.value === "accounts" || store.page.value === "exchange") return document.querySelector<HTMLElement>(".accounts .desk-body")?.focus();
    if (store.page.value === "planner") return document.querySelector<HTMLElement>("#grid-table, .planner .desk-body")?.focus();
    store.panel.value = "list";
    requestAnimationFrame(() => document.getElementById("incident-list")?.focus());
  };
  const toMap = (event: Event): void => {
    event.preventDefault();
    document.querySelector<HTMLElement>("#map canvas")?.focus();
  };

  return (
    <div class="app">
      <nav class="skips" aria-label={t("app.skip_list")}>
        <a class="skip" href="#list" onClick={toList}>
          {t(SKIP[store.page.value] ?? "app.skip_list")}
        </a>
        <a class="skip" href="#map" onClick={toMap}>
          {t("app.skip_map")}
        </a>
      </nav>
      <div>
        <OpenBanner />
        <TopBar />
      </div>
      <main class={stageClass()}>
        {failure && !store.city.value ? (
          <div class="start-failed" role="alert">
            <p>{failure.code === "unreachable" ? t("notice.unreachable") : `${t("notice.start_failed")} ${failure.message}`}</p>
            <button type="button" class="button primary" onClick={retry}>
              {t("app.retry")}
            </button>
          </div>
        ) : !mayOpen(store.page.value) ? (
          <NotAllowed onMap={() => (store.page.value = "map")} />
        ) : (
          <>
            <MapStage />
            <Notices retry={retry} />
            {/* Always there, so that the skip link has a target before the list is opened. */}
            <div id="list" class="list-slot">
              <Left />
            </div>
            <Right />
            <Attribution />
          </>
        )}
      </main>
      <Help />
      <SignInDialog />
      <p class="visually-hidden" role="status" aria-live="polite">
        {store.announcement.value}
      </p>
    </div>
  );
}

/** Where the first link of each page leads. */
const SKIP: Readonly<Partial<Record<Page, "rules.find" | "planner.skip" | "desk.skip" | "rankings.skip">>> = { rules: "rules.find", planner: "planner.skip", dispatch: "desk.skip", department: "desk.skip", rankings: "rankings.skip" };

function stageClass(): string {
  if (!mayOpen(store.page.value)) return "stage";
  if (store.page.value === "accounts" || store.page.value === "exchange") return "stage is-desk is-accounts";
  if (store.page.value === "department") return store.reporting.value ? "stage is-desk is-dispatch is-department is-reporting" : "stage is-desk is-dispatch is-department";
  if (store.page.value === "rankings") return "stage is-desk is-rankings";
  if (store.page.value === "planner") return "stage is-desk is-planner";
  // A place to be chosen must not lie under the form that asks for it.
  if (store.page.value === "dispatch") return store.reporting.value ? "stage is-desk is-dispatch is-reporting" : "stage is-desk is-dispatch";
  if (store.page.value !== "rules") return "stage";
  return trial.value ? "stage is-desk has-result" : "stage is-desk";
}

function Left() {
  if (!store.city.value) return null;
  if (store.page.value === "rules") return <RulesPage />;
  if (store.page.value === "planner") return <PlannerPage />;
  if (store.page.value === "dispatch") return <DispatchPage />;
  if (store.page.value === "department") return <DepartmentPage />;
  if (store.page.value === "rankings") return <RankingsPage />;
  if (store.page.value === "accounts") return <AccountsPage />;
  if (store.page.value === "exchange") return <ExchangePage />;
  if (store.panel.value === "layers") return <Layers />;
  if (store.panel.value === "list") return <IncidentList />;
  if (store.panel.value === "locate") return <LocatePanel />;
  return null;
}

function Right() {
  const selected = store.selection.value;
  if (!store.city.value) return null;
  if (store.page.value === "rules") return <MoveCard />;
  if (store.page.value === "planner") return <PlanOverlay />;
  if (store.page.value === "dispatch") return <DispatchRight />;
  if (store.page.value === "department") return <DepartmentRight />;
  if (store.page.value === "rankings") return <RankingsRight />;
  if (store.page.value === "accounts" || store.page.value === "exchange") return null;
  if (store.reporting.value) return <ReportForm />;
  if (selected?.type === "incident" && store.panel.value === "locate") return <LocateForm number={selected.number} />;
  if (selected?.type === "incident") return <IncidentPanel number={selected.number} />;
  if (selected?.type === "zone") return <ZonePanel layer={selected.layer} code={selected.code} />;
  if (selected?.type === "point") return <WhyHere lon={selected.lon} lat={selected.lat} category={selected.category} />;
  return null;
}

function DispatchRight() {
  const selected = store.selection.value;
  return (
    <>
      <MapOverlay />
      {store.reporting.value ? (
        <ReportForm />
      ) : selected?.type === "incident" ? (
        <CasePanel number={selected.number} />
      ) : selected?.type === "zone" ? (
        <ZonePanel layer={selected.layer} code={selected.code} />
      ) : null}
    </>
  );
}
