import { useEffect, useRef, useState } from "preact/hooks";
import { contentAddress, loadAttachments, thumbnailAddress, type IncidentAttachment } from "../api/attachments";
import { dateTime, metres } from "../format";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { useLoad } from "../parts/load";
import * as desk from "./state";

/** Photos of report and steps as small pictures; one is seen large, arrows lead to the next. */
export function Photos({ number }: { number: string }) {
  const { value, error } = useLoad(`${number} ${desk.changed.value}`, (abort) => loadAttachments(number, abort));
  const [open, setOpen] = useState<number | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => setOpen(null), [number]);
  useEffect(() => {
    if (open !== null && !dialog.current?.open) dialog.current?.showModal();
    if (open === null && dialog.current?.open) dialog.current.close();
  }, [open]);
  const all = value ?? [];
  const pictures = all.filter((one) => one.thumbnail !== null);
  const files = all.filter((one) => one.thumbnail === null);
  if (error && error.status !== 404) return <p class="muted small">{error.message}</p>;
  if (all.length === 0) return null;
  const shown = open === null ? undefined : pictures[open];
  const go = (by: number): void => setOpen(open === null ? null : (open + by + pictures.length) % pictures.length);
  return (
    <section>
      <h3>{t("case.photos", { n: all.length })}</h3>
      <ul class="photos">
        {pictures.map((one, at) => (
          <li key={one.id}>
            <button type="button" aria-label={`${t("case.photo", { n: at + 1 })} ${t(`file.${one.role}`)}`} onClick={() => setOpen(at)}>
              <img src={thumbnailAddress(one.id)} alt="" loading="lazy" />
              <span class="photo-role small">{t(`file.${one.role}`)}</span>
            </button>
          </li>
        ))}
      </ul>
      {files.map((one) => (
        <p key={one.id} class="small">
          {one.kind === "mp4" && <video class="case-video" src={contentAddress(one.id)} controls preload="metadata" aria-label={one.name ?? t("case.video")} />}
          <a href={contentAddress(one.id)} download={one.name ?? `file.${one.kind}`}>
            {one.name ?? one.kind.toUpperCase()}
          </a>
        </p>
      ))}
      <dialog
        ref={dialog}
        class="dialog photo-dialog"
        aria-label={t("case.photo", { n: (open ?? 0) + 1 })}
        onClose={() => setOpen(null)}
        onKeyDown={(event) => {
          if (event.key === "ArrowRight") go(1);
          if (event.key === "ArrowLeft") go(-1);
        }}
      >
        {shown && (
          <>
            <button type="button" class="icon-button" aria-label={t("app.close")} onClick={() => setOpen(null)}>
              <Glyph name="close" />
            </button>
            <img src={contentAddress(shown.id)} alt={t("case.photo", { n: (open ?? 0) + 1 })} />
            <p class="small muted">{about(shown)}</p>
            {pictures.length > 1 && (
              <p class="panel-actions">
                <button type="button" class="button" onClick={() => go(-1)}>
                  <Glyph name="left" size={14} /> {t("case.photo_before")}
                </button>
                <button type="button" class="button" onClick={() => go(1)}>
                  {t("case.photo_next")} <Glyph name="right" size={14} />
                </button>
              </p>
            )}
          </>
        )}
      </dialog>
    </section>
  );
}

/** What it shows, when it was taken, by whom, and how far from the incident's place. */
function about(one: IncidentAttachment): string {
  return [t(`file.${one.role}`), one.taken_at ? dateTime(one.taken_at) : null, one.uploaded_by === "visitor" ? null : one.uploaded_by, one.distance_m === null ? null : t("file.away", { m: metres(one.distance_m) })]
    .filter(Boolean)
    .join(" · ");
}
