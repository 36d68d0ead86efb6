import { useState } from "preact/hooks";
import { loadComparison, loadPlans, type Comparison as Answer, type Plan } from "../api/plans";
import { number } from "../format";
import { say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { cityMap } from "../state/map";
import { boundsOf, type Shape } from "./geometry";
import { compared, plan } from "./state";
import { codeEnd } from "./words";

const MOST = 60;

/** The plan's layer between any two dates or plans: figures, zone by zone, from zone to zone, and on the map. */
export function Comparison() {
  const here = plan.value;
  const [sides, setSides] = useState<{ from: string; to: string } | null>(null);
  const plans = useLoad("plans", (abort) => loadPlans(abort));
  const found = useLoad(sides && here ? `${here.layer} ${sides.from} ${sides.to}` : null, async (abort) => {
    const answer = await loadComparison(here!.layer, sides!.from, sides!.to, abort);
    compared.value = answer.units;
    return answer;
  });
  if (!here) return null;
  const mine = (plans.value?.items ?? []).filter((one) => one.layer === here.layer);
  return (
    <div class="plan-pane scrolls" tabIndex={0} role="group" aria-label={t("desktab.compare")}>
      <form
        class="report"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const side = (name: string): string => {
            const chosen = String(form.get(name) ?? "");
            return chosen === "date" ? String(form.get(`${name}-date`) ?? "") : chosen;
          };
          const next = { from: side("from"), to: side("to") };
          if (next.from !== "") setSides(next);
        }}
      >
        <p class="small muted">{t("comparison.how")}</p>
        {(["from", "to"] as const).map((name) => (
          <Side key={name} name={name} first={name === "from" ? "date" : `plan:${here.code}`} date={name === "from" ? here.base.slice(0, 10) : ""} plans={mine} />
        ))}
        <div class="panel-actions">
          <button type="submit" class="button primary" data-action="compare">
            {t("comparison.do")}
          </button>
          {sides && (
            <button
              type="button"
              class="button"
              onClick={() => {
                setSides(null);
                compared.value = null;
              }}
            >
              {t("comparison.end")}
            </button>
          )}
        </div>
      </form>
      {found.loading && <Waiting />}
      {found.error && <Trouble error={found.error} again={found.again} />}
      {sides && found.value && <Result answer={found.value} />}
    </div>
  );
}

function Side({ name, first, date, plans }: { name: "from" | "to"; first: string; date: string; plans: readonly Plan[] }) {
  const [now, setNow] = useState(first);
  return (
    <div class="columns">
      <label>
        <span class="label">{t(`comparison.${name}`)}</span>
        <select name={name} value={now} onChange={(event) => setNow(event.currentTarget.value)}>
          <option value="date">{t("comparison.date")}</option>
          {plans.map((one) => (
            <option key={one.code} value={`plan:${one.code}`}>
              {one.code} {say(one.name)}
            </option>
          ))}
        </select>
      </label>
      {now === "date" && (
        <label>
          <span class="label">{name === "to" ? t("comparison.day_or_today") : t("comparison.day")}</span>
          <input type="date" name={`${name}-date`} defaultValue={date} required={name === "from"} />
        </label>
      )}
    </div>
  );
}

function Result({ answer }: { answer: Answer }) {
  const { summary } = answer;
  if (summary.zones === 0) return <p class="empty good">{t("comparison.same")}</p>;
  const names = new Map(answer.zones.map((zone) => [zone.code, `${codeEnd(zone.code)} ${say(zone.name)}`.trimStart()]));
  const grid = (code: string | null): string => (code === null ? t("comparison.nowhere") : (names.get(code) ?? code));
  return (
    <>
      <p class="preview" data-compared={summary.zones}>
        {t("comparison.summary", {
          zones: number(summary.zones),
          begun: number(summary.begun),
          ended: number(summary.ended),
          households: number(summary.households),
          hectares: number(Math.round(summary.area_m2 / 1e3) / 10),
        })}
      </p>
      <table class="table small">
        <thead>
          <tr>
            <th scope="col">{t("renumber.grid")}</th>
            <th scope="col">{t("comparison.change")}</th>
            <th scope="col" class="number">{t("comparison.come")}</th>
            <th scope="col" class="number">{t("comparison.gone")}</th>
          </tr>
        </thead>
        <tbody>
          {answer.zones.slice(0, MOST).map((zone) => (
            <tr key={zone.code}>
              <td>
                <button type="button" class="link" title={zone.code} onClick={() => zoomToChange(answer, zone.code)}>
                  {grid(zone.code)}
                </button>
              </td>
              <td>{t(`comparison.${zone.change}`)}</td>
              <td class="number">{number(zone.households_in)}</td>
              <td class="number">{number(zone.households_out)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.zones.length > MOST && <p class="small muted">{t("import.more", { n: number(answer.zones.length - MOST) })}</p>}
      <h3>{t("comparison.flows")}</h3>
      <table class="table small">
        <tbody>
          {answer.flows.slice(0, MOST).map((flow) => (
            <tr key={`${flow.source} ${flow.target}`}>
              <td>
                {grid(flow.source)} → {grid(flow.target)}
              </td>
              <td class="number">{t("comparison.flow", { households: number(flow.households), hectares: number(Math.round(flow.area_m2 / 1e3) / 10) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.flows.length > MOST && <p class="small muted">{t("import.more", { n: number(answer.flows.length - MOST) })}</p>}
    </>
  );
}

/** To what a grid gave or took. */
function zoomToChange(answer: Answer, code: string): void {
  const concerned = answer.units.features.filter(({ properties }) => properties?.["source"] === code || properties?.["target"] === code);
  const box = boundsOf(concerned.map(({ geometry }) => geometry as Shape));
  if (box) cityMap.value?.fit(box);
}
