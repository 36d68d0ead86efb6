import { base } from "../api/client";
import { lang, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { Menu } from "../parts/Menu";
import { openDesks } from "../state/desks";
import { changeSet, rulesAddress } from "../state/rules_desk";
import { page } from "../state/store";
import { DEFAULT_VIEW, PAGE_PATH, format, type Page } from "../state/url";

/** Address of a page as it opens anew. */
const addressOf = (which: Page): string => (which === "rules" ? rulesAddress() : base + PAGE_PATH[which] + format({ ...DEFAULT_VIEW, page: which, lang: lang.value }));

/** All pages that the person may open, with what each is good for. */
export function DesksMenu() {
  const desks = openDesks().filter((one) => one.page !== page.value);
  if (desks.length === 0) return null;
  const planned = changeSet.value.planned.length;
  return (
    <Menu
      name="desks"
      title={t("bar.desks")}
      label={
        <>
          <Glyph name="apps" />
          <span>{t("bar.desks")}</span>
        </>
      }
    >
      {(close) => (
        <ul class="desks-menu" aria-label={t("bar.desks")}>
          {desks.map((one) => (
            <li key={one.page}>
              <a
                href={addressOf(one.page)}
                aria-label={t(one.name as "bar.rules")}
                onClick={(event) => {
                  // A new tab stays a new tab.
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  close();
                  page.value = one.page;
                }}
              >
                <Glyph name={one.glyph} size={22} />
                <span class="desks-name">
                  {t(one.name as "bar.rules")}
                  {one.page === "rules" && planned > 0 && <span class="tab-count">{planned}</span>}
                </span>
                {one.letter && <kbd aria-hidden="true">{one.letter}</kbd>}
                <span class="desks-about small muted">{t(one.about as "desks.rules")}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
}
