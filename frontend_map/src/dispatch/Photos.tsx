import { useEffect, useRef, useState } from "preact/hooks";
import { base } from "../api/client";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";

const address = (id: string, part = ""): string => `${base}api/attachments/${encodeURIComponent(id)}${part}`;

/** Photos as small pictures; one is seen large, arrows lead to the next. */
export function Photos({ ids }: { ids: readonly string[] }) {
  const [open, setOpen] = useState<number | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open !== null && !dialog.current?.open) dialog.current?.showModal();
    if (open === null && dialog.current?.open) dialog.current.close();
  }, [open]);
  if (ids.length === 0) return null;
  const shown = open === null ? null : ids[open];
  const go = (by: number): void => setOpen(open === null ? null : (open + by + ids.length) % ids.length);
  return (
    <section>
      <h3>{t("case.photos", { n: ids.length })}</h3>
      <ul class="photos">
        {ids.map((id, at) => (
          <li key={id}>
            <button type="button" aria-label={t("case.photo", { n: at + 1 })} onClick={() => setOpen(at)}>
              <img src={address(id, "/thumbnail")} alt="" loading="lazy" />
            </button>
          </li>
        ))}
      </ul>
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
            <img src={address(shown)} alt={t("case.photo", { n: (open ?? 0) + 1 })} />
            {ids.length > 1 && (
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
