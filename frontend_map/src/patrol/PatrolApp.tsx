import { useEffect, useState } from "preact/hooks";
import { loadCategories, loadCity } from "../api/city";
import { lang, t } from "../i18n";
import { Glyph, type GlyphName } from "../parts/Glyph";
import { actorName } from "../state/actor";
import { categories, city } from "../state/store";
import { MineTab } from "./MineTab";
import { OutboxTab } from "./OutboxTab";
import { ReportTab } from "./ReportTab";
import { TasksTab } from "./TasksTab";
import { TABS, flash, online, sending, storageTrouble, tab, waiting, type Tab } from "./state";

const GLYPHS: Record<Tab, GlyphName> = { report: "plus", outbox: "up", mine: "list", tasks: "warn" };

export function PatrolApp() {
  const [failed, setFailed] = useState(false);
  const load = async (): Promise<void> => {
    try {
      const [found, listed] = await Promise.all([loadCity(), loadCategories()]);
      city.value = found;
      categories.value = listed;
      setFailed(false);
    } catch {
      setFailed(categories.value.length === 0);
    }
  };
  useEffect(() => void load(), [online.value]);

  return (
    <div class="patrol">
      <Head />
      <main class="patrol-main" id="patrol-main">
        {storageTrouble.value && (
          <p class="trouble" role="alert">
            {t("patrol.no_storage", { detail: storageTrouble.value })}
          </p>
        )}
        {failed && (
          <div class="trouble" role="alert">
            <p>{t("patrol.no_catalogue")}</p>
            <button type="button" class="button" onClick={() => void load()}>
              {t("app.retry")}
            </button>
          </div>
        )}
        {tab.value === "report" && <ReportTab />}
        {tab.value === "outbox" && <OutboxTab />}
        {tab.value === "mine" && <MineTab />}
        {tab.value === "tasks" && <TasksTab />}
      </main>
      <nav class="patrol-tabs" aria-label={t("patrol.tabs")}>
        {TABS.map((one) => (
          <button key={one} type="button" aria-current={tab.value === one ? "page" : undefined} onClick={() => (tab.value = one)}>
            <Glyph name={GLYPHS[one]} size={22} />
            <span>{t(`patrol.tab.${one}`)}</span>
            {one === "outbox" && waiting.value > 0 && (
              <span class="tab-count" aria-label={t("patrol.waiting", { n: waiting.value })}>
                {waiting.value}
              </span>
            )}
          </button>
        ))}
      </nav>
      <p class={flash.value ? "patrol-flash" : "visually-hidden"} role="status" aria-live="polite">
        {flash.value}
      </p>
    </div>
  );
}

function Head() {
  const [open, setOpen] = useState(false);
  const state = !online.value ? "offline" : sending.value ? "sending" : "online";
  return (
    <header class="patrol-head">
      <h1>{t("patrol.name")}</h1>
      <span class={`connection is-${state}`}>{t(`patrol.connection.${state}`)}</span>
      <button type="button" class="head-button who" aria-expanded={open} onClick={() => setOpen(!open)}>
        {actorName.value || t("patrol.who_unset")}
      </button>
      <button type="button" class="head-button" lang={lang.value === "zh" ? "en" : "zh-CN"} aria-label={t("lang.switch_label")} onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}>
        {lang.value === "zh" ? "EN" : "中"}
      </button>
      {open && (
        <form
          class="who-form"
          onSubmit={(event) => {
            event.preventDefault();
            setOpen(false);
          }}
        >
          <label class="label" for="who-name">
            {t("patrol.who")}
          </label>
          <div class="who-row">
            <input id="who-name" name="by" maxLength={60} autocomplete="name" value={actorName.value} onInput={(event) => (actorName.value = event.currentTarget.value)} />
            <button type="submit" class="button primary">
              {t("patrol.who_done")}
            </button>
          </div>
          <p class="muted small">{t("patrol.who_hint")}</p>
        </form>
      )}
    </header>
  );
}
