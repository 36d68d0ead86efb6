import { useEffect, useRef } from "preact/hooks";
import type { Decision, Moved } from "../api/rules";
import type { LonLat } from "../api/types";
import { say, t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { RuleLink } from "../parts/RuleLink";
import { FLOW_COLOURS, flowOf, hues, told } from "../state/moves";
import { cityMap } from "../state/map";
import { chosenFlow, chosenMove, colourBy, movedPlace, trial } from "../state/rules_desk";
import { page, panel, selection } from "../state/store";
import { orgName } from "./Result";

/** Over the map of the rules page: what the colours mean, and the reasons of the chosen incident. */
export function MoveCard() {
  const result = trial.value?.result;
  if (!result || result.points.features.length === 0) return null;
  const by = colourBy.value;
  const names = new Map(result.flows.flatMap((flow) => [flow.from, flow.to]).map((one) => [one?.code ?? null, orgName(one)]));
  return (
    <div class="move-cards">
      <section class="move-legend" data-covers="top" aria-label={t("result.legend", { by: t(`result.colour_${by}`) })}>
        <label>
          <span class="small muted">{t("result.colour")}</span>
          <select name="colour" value={by} onChange={(event) => (colourBy.value = event.currentTarget.value === "from" ? "from" : "to")}>
            <option value="to">{t("result.colour_to")}</option>
            <option value="from">{t("result.colour_from")}</option>
          </select>
        </label>
        <ul>
          {hues(chosenFlow.value === null ? result.flows : result.flows.slice(chosenFlow.value, chosenFlow.value + 1), by).map((hue) => {
            const colour = hues(result.flows, by).find((one) => one.code === hue.code)?.colour ?? FLOW_COLOURS.length - 1;
            return (
              <li key={String(hue.code)}>
                <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
                  <circle cx="7" cy="7" r="6" fill={FLOW_COLOURS[colour]} />
                </svg>
                {hue.code === undefined ? t("result.others") : names.get(hue.code)} <span class="muted">{hue.count}</span>
              </li>
            );
          })}
        </ul>
      </section>
      {chosenMove.value !== null && <Chosen number={chosenMove.value} />}
    </div>
  );
}

function Chosen({ number }: { number: string }) {
  const result = trial.value!.result;
  const head = useRef<HTMLHeadingElement>(null);
  const own = result.sample.find((one) => one.number === number) ?? null;
  const flow = flowOf(result, number);
  const example: Moved | null = own ?? (flow === null ? null : (told(result, flow)[0] ?? null));
  const through = flow === null ? null : result.flows[flow];
  useEffect(() => {
    // From a list the map comes nearer; in either case the card must not cover the place it speaks of.
    const fromMap = document.activeElement?.closest(".stage-map");
    if (!fromMap) head.current?.focus({ preventScroll: true });
    const place = movedPlace.peek();
    if (place) cityMap.value?.reveal(place as LonLat, fromMap ? 0 : 15);
  }, [number]);
  const open = (): void => {
    page.value = "map";
    if (panel.value === "locate") panel.value = null;
    selection.value = { type: "incident", number };
  };
  return (
    <section class="move-card" data-covers="bottom" aria-label={number} data-move={number}>
      <header>
        <h3 ref={head} tabIndex={-1}>
          {own ? say(own.category.name) : number}
        </h3>
        <button type="button" class="icon-button" aria-label={t("result.close")} onClick={() => (chosenMove.value = null)}>
          <Glyph name="close" />
        </button>
      </header>
      <p class="small muted">{[own && number, own?.address, own?.base_grid && say(own.base_grid.name)].filter(Boolean).join(" · ")}</p>
      {own?.overridden && <p class="badge">{t("result.overridden_one")}</p>}
      {!own && through && (
        <p>
          {orgName(through.from)} → <strong>{orgName(through.to)}</strong>
        </p>
      )}
      {!own && example && <p class="small muted">{t("result.not_told")}</p>}
      {example && (
        <div class="sides">
          <Side title={t("result.before")} decision={example.before} />
          <Side title={t("result.after")} decision={example.after} now />
        </div>
      )}
      <button type="button" class="link" onClick={open}>
        {t("result.open")}
      </button>
    </section>
  );
}

function Side({ title, decision, now = false }: { title: string; decision: Decision; now?: boolean }) {
  return (
    <div class={now ? "side is-now" : "side"}>
      <h4>{title}</h4>
      <p class="side-name">{orgName(decision.organisation)}</p>
      <p>{decision.rule ? <RuleLink code={decision.rule} /> : <span class="muted small">{t("result.no_rule")}</span>}</p>
      <p class="small">{say(decision.reason)}</p>
    </div>
  );
}
