import { useState } from "preact/hooks";
import { keepApart, loadDuplicates, loadNearby } from "../api/dispatch";
import type { Case } from "../api/cases";
import type { Incident, LonLat } from "../api/types";
import { metres, percent } from "../format";
import { codeText, say, t } from "../i18n";
import { IncidentSymbol } from "../parts/IncidentSymbol";
import { asApiError, useLoad } from "../parts/load";
import { actor } from "../state/actor";
import { announcement, pointedPlace } from "../state/store";
import { shortMoment } from "./moments";
import { now } from "./now";
import * as desk from "./state";
import { begin, someone } from "./steps";
import { may } from "../state/session";

const REACH_M = 300;
const MOST = 12;

/** What may be the same, and what else is open close by. */
export function Nearby({ incident, item }: { incident: Incident; item: Case | null }) {
  return (
    <>
      <Duplicates incident={incident} item={item} />
      <Neighbours incident={incident} />
    </>
  );
}

function Duplicates({ incident, item }: { incident: Incident; item: Case | null }) {
  const { value, error, again } = useLoad(`${incident.number} ${desk.changed.value}`, (abort) => loadDuplicates(incident.number, abort));
  const [trouble, setTrouble] = useState<string | null>(null);
  const apart = async (other: string): Promise<void> => {
    if (!someone()) return;
    try {
      await keepApart(incident.number, other, actor.peek());
      setTrouble(null);
      announcement.value = t("near.apart_done", { number: other });
      again();
    } catch (cause) {
      setTrouble(asApiError(cause).message);
    }
  };
  const merge = item?.actions.find((one) => one.action === "merge");
  return (
    <section>
      <h3>{t("near.duplicates")}</h3>
      {item && item.duplicates.length > 0 && (
        <p class="small">
          {t("near.merged")}{" "}
          {item.duplicates.map((number) => (
            <button key={number} type="button" class="link code" onClick={() => desk.openIncident(number)}>
              {number}
            </button>
          ))}
        </p>
      )}
      {error && <p class="muted small">{error.status === 404 ? t("case.absent_part") : error.message}</p>}
      {trouble && <p class="field-error">{trouble}</p>}
      {value?.items.length === 0 && <p class="muted small">{t("near.no_duplicates")}</p>}
      <ul class="near-list">
        {(value?.items ?? []).map((one) => (
          <li key={one.number}>
            <button type="button" class="near-row" onClick={() => desk.openIncident(one.number)} onFocus={() => point(one.place?.coordinates)} onBlur={() => point()} onPointerEnter={() => point(one.place?.coordinates)} onPointerLeave={() => point()}>
              <span>
                <strong>{say(one.category.name)}</strong> <span class="muted small">{codeText("state", one.state)}</span>
              </span>
              <span class="small muted">{[t("near.likeness", { share: percent(one.score) }), one.parts.map((each) => say(each.words)).join(t("app.comma")), one.attachments > 0 ? t("case.photos", { n: one.attachments }) : null].filter(Boolean).join(" · ")}</span>
              <span class="small">{one.text}</span>
            </button>
            <button type="button" class="link small" hidden={!may("cases_step")} onClick={() => void apart(one.number)}>
              {t("near.apart")}
            </button>{" "}
            {merge?.allowed && one.is_open && item && (
              <button
                type="button"
                class="link small"
                onClick={() => {
                  begin(item, "merge");
                  desk.mergeInto.value = one.number;
                }}
              >
                {t("near.merge_into")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const point = (place?: number[]): void => void (pointedPlace.value = (place as LonLat | undefined) ?? null);

function Neighbours({ incident }: { incident: Incident }) {
  const { value, error, loading } = useLoad(incident.place ? `${incident.number} ${desk.changed.value}` : null, (abort) => loadNearby(incident.number, REACH_M, abort));
  if (!incident.place) return null;
  const found = (value?.items ?? []).slice(0, MOST);
  return (
    <section>
      <h3>{t("near.title", { m: REACH_M })}</h3>
      {error && <p class="muted small">{error.status === 404 ? t("case.absent_part") : error.message}</p>}
      {!loading && !error && found.length === 0 && <p class="muted small">{t("near.none")}</p>}
      <ul class="near-list">
        {found.map((one) => (
          <li key={one.number}>
            <button
              type="button"
              class="near-row with-symbol"
              onClick={() => desk.openIncident(one.number)}
              onFocus={() => point(one.place.coordinates)}
              onBlur={() => point()}
              onPointerEnter={() => point(one.place.coordinates)}
              onPointerLeave={() => point()}
            >
              <IncidentSymbol state={one.state} urgency={one.urgency} size={20} />
              <span>
                <strong>{say(one.category.name)}</strong> <span class="muted small">{codeText("state", one.state)}</span>
              </span>
              <span class="small muted">{[t("near.distance", { m: metres(one.distance_m) }), shortMoment(one.reported_at, now.value), one.address].filter(Boolean).join(" · ")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
