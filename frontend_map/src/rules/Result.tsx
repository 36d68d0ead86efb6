import type { ComponentChildren } from "preact";
import type { Named } from "../api/types";
import { dateTime, number } from "../format";
import { say, t } from "../i18n";
import { RuleLink } from "../parts/RuleLink";
import { cityMap } from "../state/map";
import { balance, told } from "../state/moves";
import { changeSet, chosenFlow, chosenMove, forgetTrial, fresh, tab, trial } from "../state/rules_desk";
import { Findings } from "./Findings";

const MOST = 12;
const LISTED = 100;

export const orgName = (organisation: Named | null): string => (organisation ? say(organisation.name) : t("result.no_organisation"));

/** What the changes would have done to past incidents, in numbers; the map shows where. */
export function Result() {
  const now = trial.value;
  if (!now) {
    return (
      <div class="empty-page">
        <p>{t("result.none")}</p>
        {changeSet.value.planned.length === 0 && (
          <>
            <p class="muted">{t("result.none_changes")}</p>
            <button type="button" class="button" onClick={() => (tab.value = "rules")}>
              {t("changes.to_rules")}
            </button>
          </>
        )}
      </div>
    );
  }
  const { result } = now;
  const wrong = result.findings.filter((one) => one.new && one.level === "error");
  return (
    <div class="result">
      {!fresh.value && <p class="warning">{t("result.stale")}</p>}
      {wrong.length > 0 && <Findings findings={wrong} />}
      <p class="headline">
        {result.move > 0 ? t("result.headline", { n: number(result.incidents), move: number(result.move) }) : t("result.nothing", { n: number(result.incidents) })}
      </p>
      <p class="small muted">
        {result.first && result.last && `${t("result.period", { from: dateTime(result.first), to: dateTime(result.last) })} · `}
        {t("result.elapsed", { s: result.elapsed_s.toFixed(1) })}{" "}
        <button type="button" class="link" onClick={forgetTrial}>
          {t("result.forget")}
        </button>
      </p>
      <div class="figures four">
        <Figure value={result.move} name={t("result.move")} />
        <Figure value={result.stay} name={t("result.stay")} />
        <Figure value={result.lose} name={t("result.lose")} bad={result.lose > 0} />
        <Figure value={result.gain} name={t("result.gain")} />
      </div>
      <ul class="notes small">
        {result.unlocated > 0 && <li data-note="unlocated">{t("result.unlocated", { n: number(result.unlocated) })}</li>}
        {result.overridden > 0 && <li>{t("result.overridden", { n: number(result.overridden) })}</li>}
        {result.rule_only > 0 && <li>{t("result.rule_only", { n: number(result.rule_only) })}</li>}
        {result.supporting > 0 && <li>{t("result.supporting", { n: number(result.supporting) })}</li>}
        {result.points_left_out > 0 && (
          <li>{t("result.left_out", { shown: number(result.points.features.length), n: number(result.points_left_out) })}</li>
        )}
      </ul>
      {result.flows.length > 0 && <Flows />}
      {result.communities.length > 0 && <Communities />}
      {result.flows.length > 0 && <Balance />}
      {result.categories.length > 0 && (
        <Section title={t("result.categories")} rows={result.categories.map((one) => ({ key: one.key, cells: [say(one.name)], numbers: [one.count] }))} heads={[t("rules.column.what")]} numbers={[t("result.number")]} />
      )}
      {result.rules.length > 0 && (
        <Section
          title={t("result.rules")}
          rows={result.rules.map((one) => ({ key: one.code, cells: [<RuleLink code={one.code} />], numbers: [one.before, one.after] }))}
          heads={[t("rules.column.code")]}
          numbers={[t("result.rule_before"), t("result.rule_after")]}
        />
      )}
      <Told />
    </div>
  );
}

function Figure({ value, name, bad = false }: { value: number; name: string; bad?: boolean }) {
  return (
    <div class={bad ? "is-bad" : ""}>
      <strong>{number(value)}</strong>
      <span>{name}</span>
    </div>
  );
}

function Flows() {
  const { flows } = trial.value!.result;
  const chosen = chosenFlow.value;
  return (
    <section>
      <h3>{t("result.flows")}</h3>
      <p class="small muted">
        {t("result.flows_hint")}{" "}
        {chosen !== null && (
          <button type="button" class="link" onClick={() => (chosenFlow.value = null)}>
            {t("result.all_flows")}
          </button>
        )}
      </p>
      <table class="table flows">
        <thead>
          <tr>
            <th scope="col">{t("result.from")}</th>
            <th scope="col">{t("result.to")}</th>
            <th scope="col" class="number">
              {t("result.number")}
            </th>
          </tr>
        </thead>
        <tbody>
          {flows.map((flow, index) => {
            const choose = (): void => void (chosenFlow.value = chosen === index ? null : index);
            return (
              <tr key={index} class={chosen === index ? "is-chosen" : ""} data-flow={index} onClick={choose}>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-pressed={chosen === index}
                    onClick={(event) => {
                      event.stopPropagation();
                      choose();
                    }}
                  >
                    {orgName(flow.from)}
                  </button>
                </td>
                <td>{orgName(flow.to)}</td>
                <td class="number">{number(flow.count)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Communities() {
  const { communities } = trial.value!.result;
  return (
    <Section
      title={t("result.communities")}
      heads={[t("level.community")]}
      numbers={[t("result.number")]}
      rows={communities.map((one) => ({
        key: one.code,
        cells: [
          one.centre ? (
            <button type="button" class="link" aria-label={t("result.community_show", { name: say(one.name) })} onClick={() => cityMap.value?.reveal(one.centre!, 14)}>
              {say(one.name)}
            </button>
          ) : (
            say(one.name)
          ),
        ],
        numbers: [one.count],
      }))}
    />
  );
}

function Balance() {
  const rows = balance(trial.value!.result.flows).map((one) => ({ key: one.code, cells: [say(one.name)], numbers: [one.gain, -one.loss, one.gain - one.loss] }));
  return <Section title={t("result.balance")} heads={[t("result.organisation")]} numbers={[t("result.plus"), t("result.minus"), t("result.net")]} rows={rows} />;
}

interface SectionProps {
  title: string;
  heads: readonly string[];
  numbers: readonly string[];
  rows: readonly { key: string; cells: readonly ComponentChildren[]; numbers: readonly number[] }[];
}

/** A table of counts; the long tail waits to be unfolded. */
function Section({ title, heads, numbers, rows }: SectionProps) {
  const part = (some: SectionProps["rows"]) => (
    <table class="table">
      <thead>
        <tr>
          {heads.map((one) => (
            <th key={one} scope="col">
              {one}
            </th>
          ))}
          {numbers.map((one) => (
            <th key={one} scope="col" class="number">
              {one}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {some.map((row) => (
          <tr key={row.key}>
            {row.cells.map((cell, index) => (
              <td key={index}>{cell}</td>
            ))}
            {row.numbers.map((value, index) => (
              <td key={index} class="number">
                {number(value)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <section>
      <h3>{title}</h3>
      {part(rows.slice(0, MOST))}
      {rows.length > MOST && (
        <details class="fold">
          <summary>{t("rules.faults_more", { n: number(rows.length - MOST) })}</summary>
          {part(rows.slice(MOST))}
        </details>
      )}
    </section>
  );
}

/** The keyboard's way to the points of the map. */
function Told() {
  const { result } = trial.value!;
  const items = told(result, chosenFlow.value);
  if (items.length === 0) return null;
  const shown = items.slice(0, LISTED);
  const all = chosenFlow.value === null ? result.move : (result.flows[chosenFlow.value]?.count ?? 0);
  return (
    <section>
      <h3>{t("result.told")}</h3>
      {shown.length < all && <p class="small muted">{t("result.told_hint", { n: number(shown.length) })}</p>}
      <ul class="moved">
        {shown.map((one) => (
          <li key={one.number}>
            <button
              type="button"
              class="incident-row plain-row"
              aria-current={chosenMove.value === one.number ? "true" : undefined}
              onClick={() => (chosenMove.value = one.number)}
            >
              <span>
                <strong>{say(one.category.name)}</strong> <span class="code">{one.number}</span>
              </span>
              <span class="small muted">{one.address || (one.base_grid ? say(one.base_grid.name) : "")}</span>
              <span class="small">
                {orgName(one.before.organisation)} → {orgName(one.after.organisation)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
