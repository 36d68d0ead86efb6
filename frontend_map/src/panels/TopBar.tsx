import type { ComponentChildren } from "preact";
import { base } from "../api/client";
import { AccountButton } from "../account/AccountMenu";
import { LanguageButton, Mark } from "../account/SignInPage";
import { LiveStatus } from "../dispatch/LiveState";
import { lang, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { mayOpen, DESKS } from "../state/desks";
import { may } from "../state/session";
import { city, helpOpen, page, panel, reporting, selection, startReport } from "../state/store";
import { DesksMenu } from "./DesksMenu";
import { EditionDate } from "./EditionDate";
import { Search } from "./Search";

type Which = "layers" | "list" | "locate";

/** On a phone there is room for one panel: opening a left one closes what is on the right. */
function open(which: Which): void {
  const phone = matchMedia("(max-width: 719px)").matches;
  if (phone && (selection.value || reporting.value)) {
    selection.value = null;
    reporting.value = false;
    panel.value = which;
    return;
  }
  panel.value = panel.value === which ? null : which;
}

function PanelButton({ which, glyph, letter, children }: { which: Which; glyph: "layers" | "list" | "pin"; letter: string; children: string }) {
  return (
    <button type="button" class="bar-button" aria-expanded={panel.value === which} title={`${children} (${letter})`} onClick={() => open(which)}>
      <Glyph name={glyph} />
      <span>{children}</span>
    </button>
  );
}

/** A link within the page: a plain click stays here, a new tab stays a new tab. */
function PageLink({ href, go, title, children }: { href: string; go: () => void; title?: string; children: ComponentChildren }) {
  return (
    <a
      class="bar-button"
      href={href}
      title={title}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go();
      }}
    >
      {children}
    </a>
  );
}

const keyOf = (which: string): string => DESKS.find((one) => one.page === which)?.letter ?? "";

/** Pages on which reporting is at hand. */
const REPORTS: ReadonlySet<string> = new Set(["map", "dispatch", "department"]);

export function TopBar() {
  const onMap = page.value === "map";
  const back = page.value === "department" ? "" : keyOf(page.value);
  return (
    <header class="bar">
      <div class="brand">
        <Mark />
        <h1>
          <span class="brand-city">{say(city.value?.name) || "GridGov"}</span> <span class="brand-app">{t("app.name")}</span>
        </h1>
      </div>
      {onMap && (
        <>
          <Search />
          <div class="bar-edition">
            <EditionDate />
          </div>
        </>
      )}
      {(page.value === "dispatch" || page.value === "department") && mayOpen(page.value) && (
        <div class="bar-desk">
          <LiveStatus />
        </div>
      )}
      <nav class="actions" aria-label={t("bar.tools")}>
        {onMap && (
          <>
            <PanelButton which="layers" glyph="layers" letter="L">
              {t("bar.layers")}
            </PanelButton>
            {may("incidents_read") && (
              <PanelButton which="list" glyph="list" letter="I">
                {t("bar.list")}
              </PanelButton>
            )}
            {may("incidents_route") && (
              <PanelButton which="locate" glyph="pin" letter="P">
                {t("bar.locate")}
              </PanelButton>
            )}
          </>
        )}
        {REPORTS.has(page.value) && may("incidents_report") && (
          <button type="button" class="bar-button primary" aria-expanded={reporting.value} title={`${t("bar.report")} (N)`} onClick={() => startReport(null)}>
            <Glyph name="plus" />
            <span>{t("bar.report")}</span>
          </button>
        )}
        <DesksMenu />
        {!onMap && (
          <PageLink href={base + (lang.value === "en" ? "?lang=en" : "")} go={() => (page.value = "map")} title={back ? `${t("bar.map")} (${back})` : t("bar.map")}>
            <Glyph name="home" />
            <span>{t("bar.map")}</span>
          </PageLink>
        )}
      </nav>
      <AccountButton />
      <LanguageButton />
      <button type="button" class="bar-button quiet help-button" aria-label={t("bar.help")} title={`${t("bar.help")} (?)`} onClick={() => (helpOpen.value = true)}>
        <Glyph name="help" />
      </button>
    </header>
  );
}
