import { useEffect, useState } from "preact/hooks";
import { loadCase, type Case } from "../api/cases";
import { base } from "../api/client";
import { dateTime } from "../format";
import { codeText, say, t } from "../i18n";
import type { Entry } from "./outbox";
import { entries, mine, online, who } from "./state";

const ASKED = 20;

/** What was sent from this device, and what has become of it. */
export function MineTab() {
  const shown = entries.value.filter((entry) => entry.state === "sent" && mine(entry)).toSorted((a, b) => b.at.localeCompare(a.at));
  const [cases, setCases] = useState<Readonly<Record<string, Case>>>({});
  const numbers = shown.slice(0, ASKED).flatMap((entry) => entry.number ?? []);
  useEffect(() => {
    if (!online.value) return;
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      for (const number of numbers) {
        try {
          const found = await loadCase(number, who.value, abort.signal);
          setCases((before) => ({ ...before, [number]: found }));
        } catch {
          if (abort.signal.aborted) return;
        }
      }
    };
    void read();
    return () => abort.abort();
  }, [numbers.join(), online.value]);
  if (shown.length === 0) return <p class="empty">{t("patrol.mine_empty")}</p>;
  return (
    <ul class="entries" aria-label={t("patrol.tab.mine")}>
      {shown.map((entry) => (
        <SentCard key={entry.id} entry={entry} found={entry.number ? cases[entry.number] : undefined} />
      ))}
    </ul>
  );
}

function SentCard({ entry, found }: { entry: Entry; found: Case | undefined }) {
  return (
    <li class="card entry" data-number={entry.number}>
      <div class="card-head">
        <h2>{say(entry.categoryName)}</h2>
        <span class="entry-state is-sent">{found ? codeText("state", found.state) : t("patrol.state.sent")}</span>
      </div>
      <p>{entry.text}</p>
      <p class="muted small">
        <a href={`${base}?incident=${entry.number ?? ""}`}>{entry.number}</a> · {dateTime(entry.at)} · {t(`patrol.path.${entry.path}`)}
      </p>
      {found?.lead && <p class="small">{t("patrol.lead", { name: say(found.lead.name) })}</p>}
      {online.value && (
        <ul class="photo-row small-photos">
          {entry.photos.map(
            (photo) =>
              photo.attachment && (
                <li key={photo.id} class="photo">
                  <img loading="lazy" src={`${base}api/attachments/${photo.attachment}/thumbnail`} alt={t(`patrol.photo.${photo.role}`)} />
                </li>
              ),
          )}
        </ul>
      )}
    </li>
  );
}
