import { useMemo } from "preact/hooks";
import type { Proposal } from "../api/plans";
import { number, percent } from "../format";
import { say, t } from "../i18n";
import { Trouble } from "../parts/Trouble";
import { SmallMap } from "./SmallMap";
import { TradeOff } from "./TradeOff";
import { accept, asked, cancel, chosenProposal, forget, linkGathered, links, offered, options, propose, refusedJob, type Options } from "./proposals";
import { draft, editable, found, gathered, nested, plan, target } from "./state";
import { zoneName } from "./words";

/** Divisions the system proposes, side by side, and one to take. */
export function Proposals() {
  const now = asked.value;
  return (
    <div class="plan-pane scrolls" tabIndex={0} role="group" aria-label={t("desktab.proposals")}>
      {!editable.value ? (
        <p class="empty">{t("plan.not_draft")}</p>
      ) : !nested.value ? (
        <p class="empty">{t("propose.base_grids")}</p>
      ) : now?.running ? (
        <Progress share={now.progress} />
      ) : offered.value.length > 0 ? (
        <Gallery />
      ) : (
        <AskFor />
      )}
      {refusedJob.value && <Trouble error={refusedJob.value} />}
    </div>
  );
}

/** Communities of the chosen grid, else those with problems, else all. */
function useCommunities(): { all: { code: string; name: string }[]; first: string } {
  const here = draft.value;
  const own = target.value;
  return useMemo(() => {
    if (!here) return { all: [], first: "" };
    const all = here.data.communities.map((one) => ({ code: one.code, name: say(one.name) || one.code }));
    const zone = own ?? found.peek()[0]?.zone;
    const community = zone === undefined ? undefined : here.sumsOf(zone).communities.keys().next().value;
    return { all, first: here.data.communities[community ?? 0]?.code ?? "" };
  }, [here, own]);
}

const SLIDERS: readonly (keyof Pick<Options, "roads" | "compactness" | "stay">)[] = ["stay", "compactness", "roads"];

function AskFor() {
  const { all, first } = useCommunities();
  const now = options.value;
  const wanted = now.where !== null && (now.where === "*" || all.some((one) => one.code === now.where)) ? now.where : first;
  const set = (part: Partial<Options>): void => void (options.value = { ...now, ...part });
  return (
    <form
      class="report propose"
      onSubmit={(event) => {
        event.preventDefault();
        void propose(wanted === "*" ? all.map((one) => one.code) : [wanted]);
      }}
    >
      <p class="small muted">{t("propose.intro", { min: number(plan.value?.band.min), max: number(plan.value?.band.max) })}</p>
      <label>
        <span class="label">{t("propose.where")}</span>
        <select name="community" value={wanted} onChange={(event) => set({ where: event.currentTarget.value })}>
          {all.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
          {all.length > 1 && <option value="*">{t("propose.everywhere", { n: all.length })}</option>}
        </select>
      </label>
      {SLIDERS.map((key) => (
        <label key={key} class="slider">
          <span class="label">{t(`propose.${key}`)}</span>
          <input type="range" name={key} min="0" max="3" step="0.25" value={now[key]} onInput={(event) => set({ [key]: Number(event.currentTarget.value) })} />
          <span class="small muted ends" aria-hidden="true">
            <span>{t("propose.less")}</span>
            <span>{t("propose.more")}</span>
          </span>
        </label>
      ))}
      <label class="slider">
        <span class="label">
          {t("propose.budget")} {now.budget < 100 ? t("propose.budget_at_most", { n: now.budget }) : t("propose.budget_none")}
        </span>
        <input type="range" name="budget" min="5" max="100" step="5" value={now.budget} onInput={(event) => set({ budget: Number(event.currentTarget.value) })} />
      </label>
      <div class="columns">
        <label>
          <span class="label">{t("propose.seconds")}</span>
          <select name="seconds" value={now.seconds} onChange={(event) => set({ seconds: Number(event.currentTarget.value) })}>
            {[2, 5, 15, 60].map((seconds) => (
              <option key={seconds} value={seconds}>
                {t("propose.n_seconds", { n: seconds })}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="label">{t("propose.seed")}</span>
          <input name="seed" inputMode="numeric" value={now.seed} onInput={(event) => set({ seed: Math.max(0, Math.trunc(Number(event.currentTarget.value)) || 0) })} />
        </label>
      </div>
      <Links />
      <div class="panel-actions">
        <button type="submit" class="button primary">
          {t("propose.do")}
        </button>
      </div>
    </form>
  );
}

/** Units that must, or must not, share a grid: gathered on the map with the tool for new grids. */
function Links() {
  const here = draft.value;
  const code = (id: number): string => here?.data.units.code[here.indexOf.get(id) ?? -1] ?? String(id);
  return (
    <fieldset class="links">
      <legend class="label">{t("propose.links")}</legend>
      <p class="small muted">{t("propose.links_how", { n: gathered.value.size })}</p>
      <div class="pair">
        <button type="button" class="button" data-link="must" disabled={gathered.value.size < 2} onClick={() => linkGathered("must")}>
          {t("propose.must")}
        </button>
        <button type="button" class="button" data-link="cannot" disabled={gathered.value.size < 2} onClick={() => linkGathered("cannot")}>
          {t("propose.cannot")}
        </button>
      </div>
      <ul class="small">
        {links.value.map((link, at) => (
          <li key={`${link.kind} ${link.units.join(" ")}`} data-link={link.kind}>
            {t(link.kind === "must" ? "propose.is_must" : "propose.is_cannot", { a: code(link.units[0]), b: code(link.units[1]) })}{" "}
            <button type="button" class="link" onClick={() => (links.value = links.value.filter((_, other) => other !== at))}>
              {t("propose.unlink")}
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function Progress({ share }: { share: number }) {
  return (
    <div class="progress-box">
      <p>{t("propose.running", { share: percent(Math.round(share * 100) / 100) })}</p>
      <progress max={1} value={share} aria-label={t("propose.progress")} />
      <button type="button" class="button" onClick={() => void cancel()}>
        {t("changes.cancel")}
      </button>
    </div>
  );
}

function Gallery() {
  const all = offered.value;
  return (
    <>
      <div class="plan-line">
        <p class="small">{all.every((one) => one.measures.moved_share === 0) ? t("propose.sound") : t("propose.choose", { n: all.length })}</p>
        <button type="button" class="link" onClick={forget}>
          {t("propose.again")}
        </button>
      </div>
      <TradeOff proposals={all} />
      <ol class="gallery">
        {all.map((one) => (
          <Card key={one.number} proposal={one} />
        ))}
      </ol>
    </>
  );
}

function Card({ proposal }: { proposal: Proposal }) {
  const { measures: m } = proposal;
  const now = chosenProposal.value === proposal.number;
  return (
    <li class={now ? "is-now" : ""} data-proposal={proposal.number} onPointerEnter={() => (chosenProposal.value = proposal.number)} onFocusIn={() => (chosenProposal.value = proposal.number)}>
      <div class="plan-line">
        <h3>
          {t("propose.number", { n: proposal.number })} <span class="muted small">{say(proposal.name)}</span>
        </h3>
        <button type="button" class="button primary" onClick={() => accept(proposal)}>
          {t("propose.accept")}
        </button>
      </div>
      <div class="proposal">
        <SmallMap proposal={proposal} />
        <dl class="card-facts">
          <Fact name={t("totals.grids")} value={number(m.zones)} />
          <Fact name={t("totals.in_band")} value={percent(m.in_band_share)} />
          <Fact name={t("propose.sizes")} value={`${number(m.min)}–${number(m.max)}`} />
          <Fact name={t("card.compactness")} value={m.mean_polsby_popper.toFixed(2)} />
          <Fact name={t("propose.moved")} value={m.moved_share === 0 ? "0" : percent(m.moved_share)} />
          <Fact name={t("card.connected")} value={percent(m.connected_share)} />
        </dl>
      </div>
      {proposal.explained.length > 0 && (
        <details class="fold">
          <summary>{t("propose.explained", { n: proposal.explained.length })}</summary>
          <ul class="small">
            {proposal.explained.map((one) => (
              <li key={one.zone}>
                <strong>{zoneName(draft.value, one.zone)}</strong> {say(one.text)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
