import { lang, say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { city, helpOpen, panel, reporting, selection, startReport } from "../state/store";
import { EditionDate } from "./EditionDate";
import { Search } from "./Search";

/** On a phone there is room for one panel: opening a left one closes what is on the right. */
function open(which: "layers" | "list"): void {
  const phone = matchMedia("(max-width: 719px)").matches;
  if (phone && (selection.value || reporting.value)) {
    selection.value = null;
    reporting.value = false;
    panel.value = which;
    return;
  }
  panel.value = panel.value === which ? null : which;
}

export function TopBar() {
  const other = lang.value === "zh" ? "en" : "zh";
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
      <Search />
      <div class="bar-edition">
        <EditionDate />
      </div>
      <nav class="actions" aria-label={t("bar.tools")}>
        <button type="button" class="bar-button" aria-expanded={panel.value === "layers"} title={`${t("bar.layers")} (L)`} onClick={() => open("layers")}>
          <Glyph name="layers" />
          <span>{t("bar.layers")}</span>
        </button>
        <button type="button" class="bar-button" aria-expanded={panel.value === "list"} title={`${t("bar.list")} (I)`} onClick={() => open("list")}>
          <Glyph name="list" />
          <span>{t("bar.list")}</span>
        </button>
        <button type="button" class="bar-button primary" aria-expanded={reporting.value} title={`${t("bar.report")} (N)`} onClick={() => startReport(null)}>
          <Glyph name="plus" />
          <span>{t("bar.report")}</span>
        </button>
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
