import { useEffect, useRef } from "preact/hooks";
import { number } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { cityMap } from "../state/map";
import { mapState } from "../state/store";
import { askCreate, finishLine, useTool } from "./actions";
import { COLOUR_MODES, building, colourMode, comparing, curtain, draft, editable, following, forgetLine, gathered, line, plan, preview, tool, type ColourMode } from "./state";
import { back } from "./sync";
import { TOOL, TOOLS, draws } from "./tools";

/** What lies over the map of a plan: tools, legend, slider. The map itself is drawn elsewhere. */
export function PlanOverlay() {
  const city = cityMap.value;
  const there = draft.value !== null;
  useEffect(() => {
    if (!city || !there) return;
    let gone = false;
    let end: (() => void) | undefined;
    void import("../map/plan").then(({ attachPlan }) => {
      if (!gone) end = attachPlan(city);
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [city, there]);
  if (!there || !plan.value) return null;
  return (
    <div class="plan-overlay">
      <Toolbar />
      {mapState.value !== "absent" && (
        <>
          <Legend />
          {comparing.value && <Curtain />}
        </>
      )}
    </div>
  );
}

function Toolbar() {
  const here = plan.value;
  const now = tool.value;
  const box = useRef<HTMLDivElement>(null);
  // One stop for Tab; arrows move inside, as in any toolbar.
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const buttons = [...(box.current?.querySelectorAll<HTMLButtonElement>("button:not([disabled])") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
  };
  return (
    <div class="tool-area">
      <div ref={box} class="tool-bar" role="toolbar" aria-label={t("tools.title")} data-covers="top" onKeyDown={onKeyDown}>
        {editable.value &&
          TOOLS.map((one) => (
            <button
              key={one}
              type="button"
              class="tool"
              data-tool={one}
              aria-pressed={TOOL[one].instant ? undefined : now === one}
              tabIndex={one === now ? 0 : -1}
              aria-label={t(`tool.${one}`)}
              title={`${t(`tool.${one}`)} (${TOOL[one].key})\n${t(`tool.${one}.how`)}`}
              onClick={(event) => {
                useTool(one);
                // Who took it with the pointer goes on with the map: there Space moves it.
                if (event.detail > 0 && !TOOL[one].instant) document.querySelector<HTMLElement>("#map canvas")?.focus();
              }}
            >
              <Glyph name={TOOL[one].glyph} />
              <kbd aria-hidden="true">{TOOL[one].key}</kbd>
            </button>
          ))}
        {editable.value && (
          <>
            <button type="button" class="tool" tabIndex={-1} disabled={!here?.undo} aria-label={t("changes.undo")} title={`${t("changes.undo")} (Ctrl+Z)`} onClick={() => back("undo")}>
              <Glyph name="undo" />
            </button>
            <button type="button" class="tool" tabIndex={-1} disabled={!here?.redo} aria-label={t("changes.redo")} title={`${t("changes.redo")} (Ctrl+Shift+Z)`} onClick={() => back("redo")}>
              <Glyph name="redo" />
            </button>
          </>
        )}
        <button
          type="button"
          class="tool"
          data-tool="compare"
          tabIndex={editable.value ? -1 : 0}
          aria-pressed={comparing.value}
          aria-label={t("compare.title")}
          title={`${t("compare.title")} (K)`}
          onClick={() => (comparing.value = !comparing.value)}
        >
          <Glyph name="compare" />
          <kbd aria-hidden="true">K</kbd>
        </button>
      </div>
      {preview.value && <p class="tool-now plan-previewing">{t("propose.previewing")}</p>}
      {editable.value && now !== "select" && <Now />}
    </div>
  );
}

/** What the tool in hand waits for. */
function Now() {
  const now = tool.value;
  const points = line.value.length;
  return (
    <div class="tool-now">
      <p>
        <strong>{t(`tool.${now}`)}</strong> {now === "transfer" && building.value !== null ? t("tool.transfer.then") : t(`tool.${now}.how` as "tool.paint.how")}
      </p>
      {draws(now) && (
        <label class="small">
          <input type="checkbox" name="follow" checked={following.value} onChange={(event) => (following.value = event.currentTarget.checked)} /> {t("tools.follow")} <kbd>A</kbd>
        </label>
      )}
      {draws(now) && points > 0 && (
        <span class="pair">
          <button type="button" class="button primary" disabled={points < 2} onClick={finishLine}>
            {t("tools.finish")}
          </button>
          <button type="button" class="button" onClick={forgetLine}>
            {t("tools.discard")}
          </button>
        </span>
      )}
      {now === "create" && gathered.value.size > 0 && (
        <button type="button" class="button primary" onClick={askCreate}>
          {t("tools.create", { n: number(gathered.value.size), households: number([...gathered.value].reduce((sum, unit) => sum + (draft.value?.data.units.households[unit] ?? 0), 0)) })}
        </button>
      )}
    </div>
  );
}

function Legend() {
  const mode = colourMode.value;
  return (
    <div class="plan-legend">
      <label class="small">
        <span class="visually-hidden">{t("planlegend.by")}</span>
        <select name="colours" value={mode} onChange={(event) => (colourMode.value = event.currentTarget.value as ColourMode)}>
          {COLOUR_MODES.map((one) => (
            <option key={one} value={one}>
              {t(`planlegend.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {mode === "balance" && (
        <ul class="small">
          <li class="is-below">{t("balance.below")}</li>
          <li class="is-in">{t("balance.in")}</li>
          <li class="is-above">{t("balance.above")}</li>
        </ul>
      )}
      {mode === "change" && (
        <ul class="small">
          <li class="is-in">{t("planlegend.stays")}</li>
          <li class="is-moved">{t("planlegend.moved")}</li>
          <li class="is-was">{t("planlegend.was")}</li>
        </ul>
      )}
    </div>
  );
}

/** Left of the slider the base edition, right of it the draft. */
function Curtain() {
  const box = useRef<HTMLDivElement>(null);
  const city = cityMap.value;
  const here = draft.value;
  useEffect(() => {
    if (!city || !box.current) return;
    const container = box.current;
    let end: (() => void) | undefined;
    let gone = false;
    void import("../map/plan_compare").then(({ compareWithBase }) => {
      if (!gone) end = compareWithBase(city, container);
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [city, here, colourMode.value]);
  const share = curtain.value;
  // Of a plan that is in force, or was, the left side is no longer what holds.
  const drawn = plan.value?.state === "draft";
  return (
    <>
      <div ref={box} class="curtain" aria-hidden="true" />
      <span class="curtain-edge" style={{ left: `${share * 100}%` }} aria-hidden="true" />
      <span class="curtain-name is-left">{t(drawn ? "compare.before" : "compare.before_plan")}</span>
      <span class="curtain-name is-right">{t(drawn ? "compare.after" : "compare.after_plan")}</span>
      <input
        class="curtain-slider"
        type="range"
        min="0"
        max="100"
        aria-label={t("compare.slider")}
        value={Math.round(share * 100)}
        onInput={(event) => (curtain.value = Number(event.currentTarget.value) / 100)}
      />
    </>
  );
}
