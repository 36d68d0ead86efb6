import { useEffect } from "preact/hooks";
import type { Case } from "../api/cases";
import { loadSides, type BorderSides, type Dispute, type Side } from "../api/sides";
import { dateTime, metres } from "../format";
import { codeText, say, t } from "../i18n";
import { useLoad } from "../parts/load";
import { pointedZone } from "../state/store";
import { stepName } from "./step_name";
import { begin } from "./steps";

/** Steps by which a case goes to the other side. */
const OVER = ["hand_over", "object", "adjudicate"] as const;

/** Both sides of a case near a border, with what was said on either, and the way over. */
export function Sides({ number, item }: { number: string; item: Case | null }) {
  const { value } = useLoad(`${number} ${item?.revision ?? ""}`, (abort) => loadSides(number, abort));
  useEffect(() => () => void (pointedZone.value = null), []);
  const borders = (value?.borders ?? []).filter(tellsApart);
  if (!value || (borders.length === 0 && value.disputes.length === 0)) return null;
  const steps = item?.actions.filter((one) => one.allowed && (OVER as readonly string[]).includes(one.action)) ?? [];
  return (
    <section class="case-sides" data-borders={borders.length}>
      {borders.length > 0 && (
        <>
          <h3>{t("sides.title")}</h3>
          <p class="small muted">
            {t("sides.how")} {value.is_border_case && <span class="badge">{t("sides.within", { m: metres(value.accuracy_m) })}</span>}
          </p>
          {borders.map((one) => (
            <Border key={one.layer.code} border={one} now={value.lead ?? value.responsible} />
          ))}
        </>
      )}
      {value.disputes.length > 0 && (
        <>
          <h3>{t("sides.disputes")}</h3>
          <ol class="history">
            {value.disputes.map((one) => (
              <DisputeLine key={one.seq} one={one} />
            ))}
          </ol>
        </>
      )}
      {item && steps.length > 0 && (
        <>
          <p class="small muted">{t("sides.say")}</p>
          <div class="step-buttons">
            {steps.map((one) => (
              <button
                key={one.action}
                type="button"
                class="button"
                data-side-step={one.action}
                onClick={(event) => {
                  begin(item, one.action);
                  event.currentTarget.closest(".panel-body")?.scrollTo({ top: 0 });
                }}
              >
                {stepName(one.name)}…
              </button>
            ))}
          </div>
        </>
      )}
    </section>
  );
}

/** Where both sides answer to the same organisation there is nothing to be told apart. Pure. */
export const tellsApart = (border: BorderSides): boolean => border.others.some((one) => one.organisation?.code !== border.own?.organisation?.code);

function Border({ border, now }: { border: BorderSides; now: { code: string } | null }) {
  const other = border.others[0];
  return (
    <div class="border-sides" data-layer={border.layer.code}>
      <p class="small">
        <strong>{say(border.layer.name)}</strong>
        {border.decides && <span class="badge plain"> {t("sides.decides")}</span>}
      </p>
      <div class="sides">
        {border.own && <SideCard layer={border.layer.code} side={border.own} own now={now} />}
        {other && <SideCard layer={border.layer.code} side={other} own={false} now={now} />}
      </div>
    </div>
  );
}

function SideCard({ layer, side, own, now }: { layer: string; side: Side; own: boolean; now: { code: string } | null }) {
  const point = (): void => void (pointedZone.value = { layer, code: side.zone.code });
  const release = (): void => void (pointedZone.value = null);
  const leads = side.organisation !== null && side.organisation.code === now?.code;
  return (
    <div class={own ? "side is-now" : "side"} data-side={own ? "own" : "other"} onPointerEnter={point} onPointerLeave={release}>
      <h4>{own ? t("sides.own") : t("sides.other", { m: metres(side.distance_m) })}</h4>
      <p class="side-name">{say(side.zone.name) || side.zone.code}</p>
      <p class="small">
        {side.organisation ? say(side.organisation.name) : t("sides.nobody")}
        {leads && <span class="badge"> {t("sides.now")}</span>}
      </p>
    </div>
  );
}

function DisputeLine({ one }: { one: Dispute }) {
  return (
    <li data-dispute={one.kind}>
      <p>
        <strong>{t(`sides.kind.${one.kind}`)}</strong>{" "}
        {(one.lead_before || one.lead_after) && (
          <span class="small muted">
            {one.lead_before ? say(one.lead_before.name) : t("desk.nobody")} → {one.lead_after ? say(one.lead_after.name) : t("desk.nobody")}
          </span>
        )}
      </p>
      {one.reason && <p class="small step-reason">{one.reason}</p>}
      <p class="small muted">{[dateTime(one.at), codeText("actor", one.by), one.role ? codeText("role", one.role) : null].filter(Boolean).join(" · ")}</p>
    </li>
  );
}
