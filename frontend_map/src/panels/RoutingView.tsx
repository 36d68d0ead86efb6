/** A routing in words: who is responsible and why, and where the place belongs. */
import type { ComponentChildren } from "preact";
import type { Named, Routing, RoutedZone } from "../api/types";
import { code as codeGroups, date, metres } from "../format";
import { codeText, say, t } from "../i18n";
import { Facts } from "../parts/Facts";
import { Glyph } from "../parts/Glyph";
import { RuleLink } from "../parts/RuleLink";
import { ZoneSwatch } from "../parts/ZoneSwatch";
import { editionDate, pointedZone, selection } from "../state/store";

interface Props {
  routing: Routing;
  /** A person's word stands against what the rules say. */
  overridden?: boolean;
  /** Follows the answer. */
  after?: ComponentChildren;
}

export function RoutingView({ routing, overridden = false, after }: Props) {
  // From the smallest to the largest: the grid is what was asked for.
  const territory = routing.zones.filter((one) => one.kind === "base_grid" || one.kind === "region").toReversed();
  const specialist = routing.zones.filter((one) => one.kind === "specialist");
  const other = routing.zones.filter((one) => !territory.includes(one) && !specialist.includes(one));
  return (
    <>
      {routing.place_problem && (
        <div class="warning">
          <strong>{t("why.unlocated")}</strong>
          <p>{say(routing.place_problem.message)}</p>
        </div>
      )}
      {overridden && after}
      <Answer routing={routing} overridden={overridden} />
      {!overridden && after}
      {territory.length > 0 && (
        <section>
          <h3>{t("why.territory")}</h3>
          <ol class="chain">
            {territory.map((one) => (
              <ZoneRow key={one.layer} routed={one} />
            ))}
          </ol>
        </section>
      )}
      {specialist.length > 0 && (
        <section>
          <h3>{t("why.specialist")}</h3>
          <ul class="zone-rows">
            {specialist.map((one) => (
              <ZoneRow key={one.layer} routed={one} />
            ))}
          </ul>
        </section>
      )}
      {other.length > 0 && (
        <section>
          <h3>{t("why.other")}</h3>
          <ul class="zone-rows">
            {other.map((one) => (
              <ZoneRow key={one.layer + (one.zone?.code ?? "")} routed={one} />
            ))}
          </ul>
        </section>
      )}
      <Facility routing={routing} />
      <Escalation routing={routing} />
      <RunnersUp routing={routing} />
    </>
  );
}

function Answer({ routing, overridden }: { routing: Routing; overridden: boolean }) {
  const { responsible, supporting, rule, reason, fallback } = routing;
  return (
    <section class={overridden ? "answer is-void" : "answer"}>
      <h3>{overridden ? t("override.computed") : t("why.responsible")}</h3>
      <p class={responsible ? "answer-name" : "answer-name muted"}>{responsible ? say(responsible.name) : t("why.no_responsible")}</p>
      {fallback && responsible && <p class="badge">{t("why.fallback")}</p>}
      {say(reason) && <p class="reason">{say(reason)}</p>}
      {rule && (
        <p class="rule">
          <RuleLink code={rule.code} /> {say(rule.note)}
        </p>
      )}
      {supporting.length > 0 && (
        <p>
          <span class="muted">{t("why.supporting")} </span>
          {supporting.map((one) => say(one.name)).join(t("app.comma"))}
        </p>
      )}
    </section>
  );
}

/** How sure the place is in its zone, in words. */
export function flagText(routed: RoutedZone): string | null {
  const { method, on_border, near_border, distance_m } = routed;
  if (routed.zone === null || method === "outside") return t("why.outside");
  if (method === "nearest") return distance_m === null ? t("why.nearest_plain") : t("why.nearest", { m: metres(distance_m) });
  if (on_border || method === "on_border") return t("why.on_border");
  if (distance_m === null) return null;
  return near_border ? t("why.near_border", { m: metres(distance_m) }) : t("why.border_distance", { m: metres(distance_m) });
}

function ZoneRow({ routed }: { routed: RoutedZone }) {
  const flag = flagText(routed);
  const strong = routed.on_border || routed.near_border || routed.method !== "inside";
  const zone = routed.zone;
  const point = (): void => {
    if (zone) pointedZone.value = { layer: routed.layer, code: zone.code };
  };
  const release = (): void => {
    pointedZone.value = null;
  };
  return (
    <li class="zone-row" onPointerEnter={point} onPointerLeave={release}>
      <span class="zone-layer">
        <ZoneSwatch layer={routed.layer} />
        {say(routed.layer_name)}
      </span>
      <span class="zone-what">
        {zone ? (
          <button
            type="button"
            class="link"
            onFocus={point}
            onBlur={release}
            onClick={() => {
              release();
              selection.value = { type: "zone", layer: routed.layer, code: zone.code };
            }}
          >
            {say(zone.name) || zone.code}
          </button>
        ) : (
          <span class="muted">{t("why.outside")}</span>
        )}
        {zone && routed.kind !== "specialist" && <span class="code">{codeGroups(zone.code)}</span>}
        {routed.organisation && <span class="muted small">{say(routed.organisation.name)}</span>}
        {zone && flag && <span class={strong ? "flag strong" : "flag"}>{flag}</span>}
        {routed.candidates.length > 0 && (
          <span class="flag">{t("why.candidates", { names: routed.candidates.map(nameOrCode).join(t("app.comma")) })}</span>
        )}
        {editionDate.value && routed.valid_from && routed.kind === "base_grid" && (
          <span class="muted small">{t("zone.since", { from: date(routed.valid_from) })}</span>
        )}
      </span>
    </li>
  );
}

const nameOrCode = (one: Named): string => say(one.name) || one.code;

function Facility({ routing: { facility } }: { routing: Routing }) {
  if (!facility) return null;
  return (
    <section>
      <h3>{t("why.facility")}</h3>
      <p>
        <strong>{say(facility.name) || facility.code}</strong>
        <span class="muted"> {t("why.facility_distance", { m: metres(facility.distance_m) })}</span>
      </p>
      <Facts
        rows={[
          [t("zone.code"), <span class="code">{facility.code}</span>],
          [t("why.owner"), facility.owner ? say(facility.owner.name) : null],
        ]}
      />
    </section>
  );
}

function Escalation({ routing }: { routing: Routing }) {
  if (routing.escalation.length === 0) return null;
  return (
    <section>
      <h3>{t("why.escalation")}</h3>
      <ol class="steps">
        {routing.escalation.map((step) => (
          <li key={step.level}>
            <span class="muted">{codeText("level", step.level)}</span>
            <span>{say((step.organisation ?? step.zone).name)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function RunnersUp({ routing }: { routing: Routing }) {
  if (routing.runners_up.length === 0) return null;
  return (
    <details class="fold">
      <summary>
        <Glyph name="right" size={14} />
        {t("why.runners_up")} ({routing.runners_up.length})
      </summary>
      <ul class="runners">
        {routing.runners_up.map((one) => (
          <li key={one.rule}>
            <RuleLink code={one.rule} />
            <span>{one.organisation ? say(one.organisation.name) : t("app.none")}</span>
            <span class="muted small">{codeText("lost", one.lost_by)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
