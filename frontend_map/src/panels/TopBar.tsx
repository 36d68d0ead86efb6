import type { ComponentChildren } from "preact";
import { base } from "../api/client";
import { ActorButton } from "../dispatch/ActorField";
import { LiveStatus } from "../dispatch/LiveState";
import { lang, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { changeSet, rulesAddress } from "../state/rules_desk";
import { city, helpOpen, page, panel, reporting, selection, startReport } from "../state/store";
import { DEFAULT_VIEW, PAGE_PATH, format, type Page } from "../state/url";
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

/** Address of a page as it opens anew. */
const addressOf = (which: Page): string => base + PAGE_PATH[which] + format({ ...DEFAULT_VIEW, page: which, lang: lang.value });

/** The key that leads to a page, and back. */
const PAGE_KEY: Readonly<Partial<Record<Page, string>>> = { planner: "G", rules: "R", dispatch: "W" };

export function TopBar() {
  const other = lang.value === "zh" ? "en" : "zh";
  const onMap = page.value === "map";
  const planned = changeSet.value.planned.length;
  return (
    <header class="bar">
      <div class="brand">
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#1f4e5f" />
          <path d="M7 7h8v6H7zM7 15h8v10H7zM17 19h8v6h-8z" fill="#d9ecec" />
          <path d="M17 7h8v10h-8z" fill="#f2b45c" />
        </svg>
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
      {page.value === "dispatch" && (
        <div class="bar-desk">
          <LiveStatus />
          <ActorButton />
        </div>
      )}
      <nav class="actions" aria-label={t("bar.tools")}>
        {page.value === "dispatch" && (
          <button type="button" class="bar-button primary" aria-expanded={reporting.value} title={`${t("bar.report")} (N)`} onClick={() => startReport(null)}>
            <Glyph name="plus" />
            <span>{t("bar.report")}</span>
          </button>
        )}
        {onMap ? (
          <>
            <PanelButton which="layers" glyph="layers" letter="L">
              {t("bar.layers")}
            </PanelButton>
            <PanelButton which="list" glyph="list" letter="I">
              {t("bar.list")}
            </PanelButton>
            <PanelButton which="locate" glyph="pin" letter="P">
              {t("bar.locate")}
            </PanelButton>
            <PageLink href={addressOf("dispatch")} go={() => (page.value = "dispatch")} title={`${t("desk.title")} (W)`}>
              <Glyph name="desk" />
              <span>{t("bar.dispatch")}</span>
            </PageLink>
            <PageLink href={rulesAddress()} go={() => (page.value = "rules")} title={`${t("rules.title")} (R)`}>
              <Glyph name="rules" />
              <span>{t("bar.rules")}</span>
              {planned > 0 && <span class="tab-count">{planned}</span>}
            </PageLink>
            <PageLink href={addressOf("planner")} go={() => (page.value = "planner")} title={`${t("planner.title")} (G)`}>
              <Glyph name="plan" />
              <span>{t("bar.planner")}</span>
            </PageLink>
            <button type="button" class="bar-button primary" aria-expanded={reporting.value} title={`${t("bar.report")} (N)`} onClick={() => startReport(null)}>
              <Glyph name="plus" />
              <span>{t("bar.report")}</span>
            </button>
          </>
        ) : (
          <PageLink href={base + (lang.value === "en" ? "?lang=en" : "")} go={() => (page.value = "map")} title={`${t("bar.map")} (${PAGE_KEY[page.value] ?? "R"})`}>
            <Glyph name="home" />
            <span>{t("bar.map")}</span>
          </PageLink>
        )}
      </nav>
      <button type="button" class="bar-button quiet" lang={other === "zh" ? "zh-CN" : "en"} aria-label={t("lang.switch_label")} onClick={() => (lang.value = other)}>
        <span>{t("lang.switch")}</span>
      </button>
      <button type="button" class="bar-button quiet help-button" aria-label={t("bar.help")} title={`${t("bar.help")} (?)`} onClick={() => (helpOpen.value = true)}>
        <Glyph name="help" />
      </button>
    </header>
  );
}
