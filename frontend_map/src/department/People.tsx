import { loadLoad, loadPeople, type DepartmentPeople, type PostFilled } from "../api/department";
import { number } from "../format";
import { codeText, say, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { useLoad } from "../parts/load";
import { pointedZone, selection } from "../state/store";
import { useEffect } from "preact/hooks";
import { scopeQuery } from "./state";

/** Who holds which post, what is vacant, and how much each person bears. */
export function People() {
  const key = JSON.stringify(scopeQuery.value);
  const people = useLoad(`people ${key}`, (abort) => loadPeople(scopeQuery.value, abort));
  const load = useLoad(`load ${key}`, (abort) => loadLoad(scopeQuery.value, abort));
  useEffect(() => () => void (pointedZone.value = null), []);
  const bears = new Map(load.value?.people.map((one) => [one.name, one]));
  return (
    <div class="desk-body people" tabIndex={-1}>
      {people.error && <Trouble error={people.error} again={people.again} />}
      {!people.value && !people.error && <Waiting />}
      {people.value && (
        <>
          {people.value.templates.length === 0 && people.value.people.length === 0 && <p class="empty">{t("people.empty")}</p>}
        </>
      )}
      {people.value && (people.value.templates.length > 0 || people.value.people.length > 0) && (
        <>
          <h3>{t("people.templates")}</h3>
          <Templates rows={people.value.templates} />
          <h3>{t("people.vacancies", { n: number(people.value.vacancies.length) })}</h3>
          <Vacancies items={people.value.vacancies} />
          <h3>{t("people.people", { n: number(people.value.people.length) })}</h3>
          <table class="plain-table" aria-label={t("department.part.people")}>
            <thead>
              <tr>
                <th scope="col">{t("people.name")}</th>
                <th scope="col">{t("people.posts")}</th>
                <th scope="col" class="num">
                  {t("load.open")}
                </th>
                <th scope="col" class="num">
                  {t("load.overdue")}
                </th>
              </tr>
            </thead>
            <tbody>
              {people.value.people.map((one) => (
                <tr key={`${one.name} ${one.posts[0]?.zone.code ?? ""}`}>
                  <th scope="row">
                    {one.name}
                    <span class="small muted"> {[one.organisation && say(one.organisation.name), one.phone].filter(Boolean).join(" · ")}</span>
                  </th>
                  <td class="small">
                    {one.posts.map((post, at) => (
                      <PostAt key={at} post={post} />
                    ))}
                  </td>
                  <td class="num">{number(bears.get(one.name)?.open ?? 0)}</td>
                  <td class={bears.get(one.name)?.overdue ? "num is-late" : "num"}>{number(bears.get(one.name)?.overdue ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  );
}

/** Posts per template kind: bars of filled and vacant, with the numbers beside. */
function Templates({ rows }: { rows: readonly PostFilled[] }) {
  if (rows.length === 0) return <p class="muted small">{t("people.no_templates")}</p>;
  return (
    <table class="plain-table templates" aria-label={t("people.templates")}>
      <thead>
        <tr>
          <th scope="col">{t("people.kind")}</th>
          <th scope="col" class="num">
            {t("people.filled")}
          </th>
          <th scope="col" class="num">
            {t("people.vacant")}
          </th>
          <th scope="col">
            <span class="visually-hidden">{t("people.share")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={`${one.layer} ${one.kind}`} data-kind={one.kind}>
            <th scope="row">
              {codeText("post", one.kind)} <span class="small muted">{say(one.layer_name)}</span>
            </th>
            <td class="num">{number(one.filled)}</td>
            <td class={one.vacant > 0 ? "num is-late" : "num"}>{number(one.vacant)}</td>
            <td class="filled-bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width="100" height="10" class="bar-vacant" />
                <rect width={one.required > 0 ? (one.filled / one.required) * 100 : 0} height="10" class="bar-fill" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Vacancies({ items }: { items: DepartmentPeople["vacancies"] }) {
  if (items.length === 0) return <p class="muted small">{t("people.all_filled")}</p>;
  return (
    <ul class="vacancies">
      {items.map((one, at) => (
        <li key={at}>
          <span class="badge">{codeText("post", one.kind)}</span> <PostAt post={one} bare />
        </li>
      ))}
    </ul>
  );
}

function PostAt({ post, bare = false }: { post: DepartmentPeople["vacancies"][number]; bare?: boolean }) {
  const zone = { layer: post.layer, code: post.zone.code };
  const point = (): void => void (pointedZone.value = zone);
  const release = (): void => void (pointedZone.value = null);
  return (
    <span class="post-at" onPointerEnter={point} onPointerLeave={release} onFocusIn={point} onFocusOut={release}>
      {!bare && `${codeText("post", post.kind)} `}
      <button type="button" class="link small" onClick={() => (selection.value = { type: "zone", ...zone })}>
        {say(post.zone.name) || post.zone.code}
      </button>
    </span>
  );
}
