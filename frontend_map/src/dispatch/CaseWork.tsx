import type { Case } from "../api/cases";
import { loadPosts } from "../api/dispatch";
import type { Incident, LonLat, Named } from "../api/types";
import { dateTime, metres, place } from "../format";
import { codeText, say, t } from "../i18n";
import { Facts } from "../parts/Facts";
import { Glyph } from "../parts/Glyph";
import { useLoad } from "../parts/load";
import { actor } from "../state/actor";
import { cityMap } from "../state/map";
import { isOpen } from "../state/incidents";
import { layerName, page, panel } from "../state/store";
import { shortMoment } from "./moments";
import { now } from "./now";
import { Photos } from "./Photos";
import { ReporterCard } from "./ReporterCard";
import { may } from "../state/session";

const nameOf = (one: Named | string | null | undefined): string => (one === null || one === undefined ? "" : typeof one === "string" ? one : say(one.name));

/** Who works on it and what is known of it. */
export function CaseWork({ incident, item }: { incident: Incident; item: Case | null }) {
  const at = incident.place?.coordinates as LonLat | undefined;
  return (
    <>
      {item && item.work_orders.length > 0 && <WorkOrders item={item} />}
      <Facts
        rows={[
          [t("case.lead"), item?.lead ? say(item.lead.name) : incident.responsible ? say(incident.responsible.name) : t("desk.nobody")],
          [t("why.supporting"), item?.supporting.map((one) => say(one.name)).join(t("app.comma"))],
          [t("case.handler"), item?.handler ? [item.handler.name, nameOf(item.handler.organisation)].filter(Boolean).join(" · ") : null],
          [t("case.level"), item ? codeText("held", item.level) : null],
          [t("case.outcome"), item?.outcome ? codeText("outcome", item.outcome) : null],
          [t("field.satisfaction"), item?.satisfaction ? t(`option.${item.satisfaction}` as "option.satisfied") : null],
          [t("incident.reported"), dateTime(incident.reported_at)],
          [t("incident.source"), [codeText("source", incident.source), incident.source_ref].filter(Boolean).join(" · ")],
          [t("case.kind"), codeText("appeal", incident.appeal_kind)],
          [t("case.reports"), item && item.reports > 1 ? String(item.reports) : null],
          [t("incident.address"), incident.address],
          [
            t("incident.place"),
            at ? (
              <button type="button" class="link" onClick={() => cityMap.value?.reveal(at, 16.5)}>
                {[place(...at), incident.accuracy_m === null ? "" : t("incident.accuracy", { m: metres(incident.accuracy_m) })].filter(Boolean).join(" · ")}
              </button>
            ) : (
              <span>
                {t("incident.unlocated")}{" "}
                {isOpen(incident.state) && may("incidents_route") && (
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      panel.value = "locate";
                      page.value = "map";
                    }}
                  >
                    {t("locate.form")}
                  </button>
                )}
              </span>
            ),
          ],
        ]}
      />
      {incident.place_problem && <p class="warning small">{say(incident.place_problem.message)}</p>}
      {item?.extension && (
        <div class="warning small">
          <strong>{t("case.extension", { by: item.extension.by, date: dateTime(item.extension.at) })}</strong>
          <p>
            {[item.extension.amount === null ? null : `${item.extension.amount} × ${codeText("clock_kind", item.extension.unit ?? "")}`, item.extension.until ? dateTime(item.extension.until) : null, item.extension.reason].filter(Boolean).join(" · ")}
          </p>
        </div>
      )}
      {item?.direct_reason && <p class="warning small">{t("case.direct", { reason: t(`option.${item.direct_reason}` as "option.multi_department") })}</p>}
      {item?.objection && (
        <div class="warning small">
          <strong>{t("case.objection", { by: item.objection.by, date: dateTime(item.objection.at) })}</strong>
          <p>{item.objection.reason}</p>
        </div>
      )}
      <ReporterCard key={incident.number} number={incident.number} />
      <Photos number={incident.number} />
      <Posts number={incident.number} />
    </>
  );
}

function WorkOrders({ item }: { item: Case }) {
  return (
    <section>
      <h3>{t("case.work_orders")}</h3>
      <ul class="work-orders">
        {item.work_orders.map((one, at) => (
          <li key={at}>
            <Glyph name={one.closed_at ? "check" : "right"} size={14} />
            <span>
              <strong>{nameOf(one.organisation)}</strong> <span class="muted small">{codeText("work_order", one.kind)}</span>
              {one.result && <span class="small block">{one.result}</span>}
            </span>
            <span class="muted small">{one.closed_at ? t("case.order_closed", { date: shortMoment(one.closed_at, now.value) }) : t("incident.since", { date: shortMoment(one.opened_at, now.value) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A masked number is no number to call. */
function Phone({ number }: { number: string }) {
  if (number.includes("*")) return <span class="phone small muted">{number}</span>;
  return (
    <a class="phone small" href={`tel:${number}`}>
      {number}
    </a>
  );
}

/** Who has a post in the grid, then in the specialist zones; with telephone where the server tells it. */
function Posts({ number }: { number: string }) {
  const { role } = actor.value;
  const { value, error } = useLoad(`${number} ${role}`, (abort) => loadPosts(number, role, abort));
  const layers = [...new Set(value?.items.map((one) => one.layer))];
  return (
    <section>
      <h3>{t("zone.posts")}</h3>
      {error && <p class="muted small">{error.status === 404 ? t("case.absent_part") : error.message}</p>}
      {value?.items.length === 0 && <p class="muted small">{t("zone.posts_empty")}</p>}
      {layers.map((layer) => (
        <ul key={layer} class="posts" aria-label={say(layerName(layer))}>
          {layers.length > 1 && <li class="small muted posts-of">{say(layerName(layer))}</li>}
          {value!.items
            .filter((one) => one.layer === layer)
            .map((one, at) => (
              <li key={at}>
                <span class="muted small">{codeText("post", one.kind)}</span>
                <span>
                  {one.person ?? <span class="muted">{t("zone.vacant")}</span>}
                  {one.organisation && <span class="muted small"> {say(one.organisation.name)}</span>}
                  {one.on_duty_until && <strong class="small on-duty"> {t("zone.on_duty", { until: dateTime(one.on_duty_until) })}</strong>}
                </span>
                {one.phone && <Phone number={one.phone} />}
              </li>
            ))}
        </ul>
      ))}
    </section>
  );
}
