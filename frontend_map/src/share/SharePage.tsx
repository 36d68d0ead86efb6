import { useEffect, useState } from "preact/hooks";
import { LanguageButton, Mark } from "../account/SignInPage";
import type { ApiError } from "../api/client";
import { date, dateTime, number } from "../format";
import { codeText, say, t } from "../i18n";
import { Waiting } from "../parts/Trouble";
import { asApiError } from "../parts/load";
import { Bars } from "../plots/Bars";
import { Trend } from "../plots/Trend";
import { stepText } from "../department/words";
import { pathOf, positionsOf, readShared, sheetOf, type Counted, type SharedView } from "./view";

/** What a link shows to whoever has it: to look at, nothing else. */
export function SharePage({ token }: { token: string }) {
  const [view, setView] = useState<SharedView | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  useEffect(() => {
    readShared(token)
      .then(setView)
      .catch((cause: unknown) => setFailure(asApiError(cause)));
  }, [token]);
  return (
    <div class="share-page">
      <header class="sign-in-head">
        <Mark size={30} />
        <p>
          <strong>GridGov</strong> <span class="muted">{t("shared.title")}</span>
        </p>
        <LanguageButton />
      </header>
      <main>
        {failure && (
          <p class="trouble" role="alert">
            {failure.status === 404 ? t("shared.gone") : failure.code === "unreachable" ? t("notice.unreachable") : failure.message}
          </p>
        )}
        {!view && !failure && <Waiting />}
        {view && <View view={view} />}
      </main>
    </div>
  );
}

function View({ view }: { view: SharedView }) {
  const { figures } = view;
  return (
    <>
      <h1>{view.title}</h1>
      <p class="muted small">
        {[...view.filters.map((one) => `${say(one.name)}: ${say(one.value)}`), t("query.at", { date: dateTime(view.at) }), t("query.edition", { edition: view.edition.replace(/^base_grid /, "") }), t("shared.ends", { date: date(view.expires_at) })].join(" · ")}
      </p>
      <dl class="headline-figures share-figures">
        <Figure name={t("query.incidents")} value={figures.total} />
        <Figure name={t("box.open")} value={figures.open} />
        <Figure name={t("box.due_soon")} value={figures.due_soon} />
        <Figure name={t("box.overdue")} value={figures.overdue} bad={figures.overdue > 0} />
      </dl>
      <div class="share-columns">
        <section>
          <h2>{t("shared.map")}</h2>
          <Picture view={view} />
        </section>
        <section>
          <h2>{t("figures.trend")}</h2>
          <Trend label={t("figures.trend")} steps={figures.days.map(([day, count]) => ({ ...stepText(day, "day"), count }))} />
          <h2>{t("figures.category")}</h2>
          <Bars label={t("figures.category")} rows={rowsOf(figures.categories)} most={6} />
        </section>
        <section>
          <h2>{t("shared.communities")}</h2>
          <Bars label={t("shared.communities")} rows={rowsOf(figures.communities)} />
        </section>
        <section>
          <h2>{t("shared.organisations")}</h2>
          <Bars label={t("shared.organisations")} rows={rowsOf(figures.organisations)} />
        </section>
      </div>
      <h2>{t("shared.newest", { n: number(view.items.length) })}</h2>
      <div class="share-table" tabIndex={0} role="group" aria-label={t("shared.newest", { n: number(view.items.length) })}>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{t("shared.number")}</th>
              <th scope="col">{t("figures.category")}</th>
              <th scope="col">{t("shared.state")}</th>
              <th scope="col">{t("shared.reported")}</th>
              <th scope="col">{t("shared.place")}</th>
              <th scope="col">{t("department.organisation")}</th>
            </tr>
          </thead>
          <tbody>
            {view.items.map((one) => (
              <tr key={one.number}>
                <th scope="row" class="code">
                  {one.number}
                </th>
                <td>
                  {say(one.category.name)} {one.urgency === "urgent" && <span class="badge urgent">{t("list.urgent")}</span>}
                </td>
                <td class={one.clock?.state === "overdue" ? "is-late" : ""}>
                  {codeText("state", one.state)}
                  {one.clock?.state === "overdue" && ` · ${t("clock.overdue")}`}
                </td>
                <td>{dateTime(one.reported_at)}</td>
                <td>{one.address ?? (one.base_grid ? say(one.base_grid.name) : "")}</td>
                <td>{one.responsible ? say(one.responsible.name) : t("desk.nobody")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const rowsOf = (all: readonly Counted[]) => all.map((one) => ({ key: one.zh, name: say(one), count: one.total, late: one.overdue }));

function Figure({ name, value, bad = false }: { name: string; value: number; bad?: boolean }) {
  return (
    <div class={bad ? "is-bad" : ""}>
      <dt>{name}</dt>
      <dd>{number(value)}</dd>
    </div>
  );
}

const WIDE = 640;
const LOOK = ["closed", "open", "urgent"] as const;

/** Outlines and places as a drawing: whoever looks has no account, so no tiles. */
function Picture({ view }: { view: SharedView }) {
  const sheet = sheetOf(positionsOf(view), WIDE);
  if (!sheet) return <p class="muted small">{t("plot.nothing")}</p>;
  return (
    <figure>
      <svg class="share-map" viewBox={`0 0 ${WIDE} ${sheet.high.toFixed(0)}`} role="img" aria-label={t("shared.map_of", { n: number(view.places.length) })}>
        {view.outlines.map((one, at) => (
          <path key={at} d={pathOf(one.shape, sheet)} class={`outline depth-${one.depth}`}>
            <title>{say(one.name)}</title>
          </path>
        ))}
        {view.places
          .toSorted((a, b) => a[2] - b[2])
          .map(([lon, lat, kind], at) => {
            const [x, y] = sheet.at(lon, lat);
            return <circle key={at} cx={x.toFixed(1)} cy={y.toFixed(1)} r={kind === 2 ? 4.5 : 3.2} class={`place is-${LOOK[kind] ?? "open"}`} />;
          })}
      </svg>
      <figcaption class="small muted share-legend">
        {LOOK.map((one) => (
          <span key={one}>
            <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
              <circle r={one === "urgent" ? 5 : 4} class={`place is-${one}`} />
            </svg>
            {t(`shared.${one}`)}
          </span>
        ))}
        {view.figures.nowhere > 0 && <span>{t("shared.nowhere", { n: number(view.figures.nowhere) })}</span>}
      </figcaption>
    </figure>
  );
}
