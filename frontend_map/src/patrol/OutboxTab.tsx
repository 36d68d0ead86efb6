import { useEffect, useState } from "preact/hooks";
import { dateTime } from "../format";
import { say, t } from "../i18n";
import { leaveToDepartment, mayHaveArrived, unsent, type Entry } from "./outbox";
import { adopt, again, asksSignIn, edit, entries, maySend, mine, online, pictures, remove, showPictures } from "./state";

export function OutboxTab() {
  const shown = unsent(entries.value).toSorted((a, b) => b.at.localeCompare(a.at));
  if (shown.length === 0) return <p class="empty">{t("patrol.outbox_empty")}</p>;
  return (
    <>
      {!online.value && <p class="note">{t("patrol.outbox_offline")}</p>}
      <ul class="entries" aria-label={t("patrol.tab.outbox")}>
        {shown.map((entry) => (
          <EntryCard key={entry.id} entry={entry} />
        ))}
      </ul>
    </>
  );
}

function EntryCard({ entry }: { entry: Entry }) {
  const [sure, setSure] = useState(false);
  useEffect(() => void showPictures(entry.photos), [entry.id]);
  const sent = entry.photos.filter((photo) => photo.attachment).length;
  const stuck = entry.state === "refused" && entry.number !== null;
  return (
    <li class="card entry" data-state={entry.state} data-attempts={entry.attempts} data-ref={entry.id}>
      <div class="card-head">
        <h2>{say(entry.categoryName)}</h2>
        <span class={`entry-state is-${entry.state}`}>{t(`patrol.state.${entry.state}`)}</span>
      </div>
      <p>{entry.text}</p>
      <p class="muted small">
        {dateTime(entry.at)} · {t(`patrol.path.${entry.path}`)}
        {entry.photos.length > 0 && ` · ${t("patrol.photos_sent", { sent, n: entry.photos.length })}`}
        {entry.number && ` · ${entry.number}`}
      </p>
      <ul class="photo-row small-photos">
        {entry.photos.map(
          (photo) =>
            pictures.value[photo.id] && (
              <li key={photo.id} class="photo">
                <img src={pictures.value[photo.id]} alt={t(`patrol.photo.${photo.role}`)} />
              </li>
            ),
        )}
      </ul>
      {entry.problem && <p class={entry.state === "refused" ? "trouble small" : "muted small"}>{entry.state === "refused" ? entry.problem : t("patrol.will_retry")}</p>}
      {!mine(entry) && <p class="note small">{t("patrol.other_writer", { name: entry.actor.by })}</p>}
      {entry.state !== "sending" && (
        <div class="entry-buttons">
          {!mine(entry) && maySend.value && (
            <button type="button" class="button" onClick={() => void adopt(entry)}>
              {t("patrol.adopt")}
            </button>
          )}
          {entry.state !== "held" && mine(entry) && (
            <button type="button" class="button" onClick={() => void again(entry)} disabled={!online.value || asksSignIn.value}>
              {t("patrol.retry")}
            </button>
          )}
          {stuck && entry.path === "self" && (
            <button type="button" class="button" onClick={() => void again(entry, leaveToDepartment)}>
              {t("patrol.leave")}
            </button>
          )}
          {entry.number === null && (
            <button type="button" class="button" onClick={() => void edit(entry)}>
              {t("patrol.edit")}
            </button>
          )}
          <button type="button" class="button danger" onClick={() => (sure ? void remove(entry) : setSure(true))} onBlur={() => setSure(false)}>
            {sure ? t("patrol.delete_sure") : t("patrol.delete")}
          </button>
        </div>
      )}
      {sure && mayHaveArrived(entry) && <p class="warning small">{t("patrol.may_have_arrived")}</p>}
    </li>
  );
}
