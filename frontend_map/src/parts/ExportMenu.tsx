import { useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Query } from "../api/client";
import { download } from "../api/out";
import { number } from "../format";
import { t } from "../i18n";
import { flash } from "../state/store";
import { Glyph } from "./Glyph";
import { Menu } from "./Menu";
import { asApiError } from "./load";
import { save } from "./save";

/** What the server is asked for a file; a body makes it a POST. */
export interface FileAsked {
  path: string;
  query: Query;
  body?: unknown;
}

export interface FileOffer {
  key: string;
  name: string;
  /** Name of the file when it is taken. */
  file: () => string;
  /** From the server, or made here of what is shown. */
  from: () => FileAsked | Promise<Blob> | Blob;
}

export interface ExportGroup {
  label: string;
  /** Why there is nothing to take. */
  empty?: string | null;
  offers: readonly FileOffer[];
}

export const isAsked = (source: ReturnType<FileOffer["from"]>): source is FileAsked => "path" in source;

/** Takes along what is shown: one menu for all pages, with every format, how far it is, a way to stop, and what went wrong. */
export function ExportMenu({ groups, children }: { groups: readonly ExportGroup[]; children?: (close: () => void) => ComponentChildren }) {
  const [busy, setBusy] = useState<{ key: string; bytes: number } | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);
  const take = async (offer: FileOffer): Promise<void> => {
    if (busy) return;
    const run = (abort.current = new AbortController());
    setBusy({ key: offer.key, bytes: 0 });
    setTrouble(null);
    try {
      const source = offer.from();
      const blob = isAsked(source) ? await download(source.path, source.query, ({ bytes }) => setBusy({ key: offer.key, bytes }), run.signal, source.body) : await source;
      save(blob, offer.file());
      flash.value = t("out.done");
    } catch (cause) {
      const error = asApiError(cause);
      if (!run.signal.aborted) setTrouble(error.errors[0]?.message ?? error.message);
    } finally {
      setBusy(null);
    }
  };
  return (
    <Menu
      name="export"
      title={t("out.export")}
      label={
        <>
          <Glyph name="download" size={16} />
          <span>{t("out.export")}</span>
        </>
      }
    >
      {(close) => (
        <div class="export-menu">
          <p class="small muted">{t("out.as_seen")}</p>
          {trouble && (
            <p class="trouble" role="alert">
              {trouble}
            </p>
          )}
          {busy && (
            <p class="note small" role="status">
              {busy.bytes === 0 ? t("out.preparing") : t("out.doing", { kb: number(Math.ceil(busy.bytes / 1024)) })}{" "}
              <button type="button" class="link" onClick={() => abort.current?.abort()}>
                {t("override.cancel")}
              </button>
            </p>
          )}
          {groups.map((group) => (
            <section key={group.label} aria-label={group.label}>
              <p class="label">{group.label}</p>
              {group.empty ? (
                <p class="small muted">{group.empty}</p>
              ) : (
                <div class="formats">
                  {group.offers.map((offer) => (
                    <button key={offer.key} type="button" class={busy?.key === offer.key ? "button is-busy" : "button"} data-format={offer.key} aria-disabled={busy !== null} onClick={() => void take(offer)}>
                      {offer.name}
                    </button>
                  ))}
                </div>
              )}
            </section>
          ))}
          {children?.(close)}
        </div>
      )}
    </Menu>
  );
}
