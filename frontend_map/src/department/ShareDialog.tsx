import { useEffect, useId, useRef, useState } from "preact/hooks";
import { base, queryString } from "../api/client";
import { loadShareLinks, makeShareLink, revokeShareLink, type ShareLink } from "../api/out";
import { filterQuery } from "../dispatch/question";
import * as desk from "../dispatch/state";
import { date, dateTime, number } from "../format";
import { t } from "../i18n";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { Trouble } from "../parts/Trouble";
import { asApiError, useLoad } from "../parts/load";
import { may } from "../state/session";
import { camera } from "../state/store";
import { scopeName } from "./state";

const DAYS = [1, 7, 30, 90] as const;

/** A link for reading only, to this view, that ends by itself. */
export function ShareButton() {
  const [open, setOpen] = useState(false);
  if (!may("share")) return null;
  return (
    <>
      <button type="button" class="bar-button" aria-haspopup="dialog" aria-label={t("share.do")} title={t("share.title")} onClick={() => setOpen(true)}>
        <Glyph name="share" size={16} />
        <span>{t("share.do")}</span>
      </button>
      <ShareDialog open={open} onClose={() => setOpen(false)} />
    </>
  );
}

function ShareDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog share-dialog" aria-label={t("share.title")} onClose={onClose}>
      {open && (
        <>
          <header class="panel-head">
            <h2>{t("share.title")}</h2>
            <button type="button" class="icon-button" aria-label={t("app.close")} onClick={onClose}>
              <Glyph name="close" />
            </button>
          </header>
          <Make />
        </>
      )}
    </dialog>
  );
}

function Make() {
  const id = useId();
  const [title, setTitle] = useState(scopeName.peek());
  const [days, setDays] = useState<number>(7);
  const [made, setMade] = useState<(ShareLink & { url: string }) | null>(null);
  const [copied, setCopied] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const links = useLoad("links", loadShareLinks);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || title.trim() === "") return;
    setBusy(true);
    setTrouble(null);
    try {
      // A minute less: what is asked for must not be longer than what is allowed, whatever this machine's clock says.
      const ends = new Date(Date.now() + days * 86_400_000 - 60_000).toISOString();
      const c = camera.peek();
      const link = await makeShareLink({
        title: title.trim(),
        query: queryString(filterQuery(desk.filter.peek())).slice(1),
        ...(c ? { map: { centre: [c.lon, c.lat] as [number, number], zoom: c.zoom } } : {}),
        expires_at: ends,
      });
      setMade({ ...link, url: new URL(link.path.replace(/^\//, ""), base).href });
      setCopied(false);
      links.again();
    } catch (cause) {
      const error = asApiError(cause);
      setTrouble(error.errors[0]?.message ?? error.message);
    } finally {
      setBusy(false);
    }
  };
  const revoke = async (one: ShareLink): Promise<void> => {
    try {
      await revokeShareLink(one.id);
      if (made?.id === one.id) setMade(null);
      links.again();
    } catch (cause) {
      setTrouble(asApiError(cause).message);
    }
  };
  const living = (links.value ?? []).filter((one) => !one.expired);
  return (
    <>
      <p class="small muted">{t("share.how")}</p>
      <form class="report" onSubmit={(event) => void submit(event)}>
        {trouble && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
        <Field id={`${id}-title`} label={t("share.name")}>
          <input id={`${id}-title`} name="share-title" maxLength={200} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        </Field>
        <Field id={`${id}-days`} label={t("share.expires")}>
          <select id={`${id}-days`} name="share-days" value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {DAYS.map((one) => (
              <option key={one} value={one}>
                {t("share.days", { n: one })}
              </option>
            ))}
          </select>
        </Field>
        <div class="panel-actions">
          <button type="submit" class="button primary" aria-disabled={busy}>
            {t("share.make")}
          </button>
        </div>
      </form>
      {made && (
        <div class="share-made" role="status">
          <p class="small">{t("share.made", { date: dateTime(made.expires_at) })}</p>
          <div class="copy-line">
            <input readOnly name="share-url" aria-label={t("share.link")} value={made.url} onFocus={(event) => event.currentTarget.select()} />
            <button type="button" class="button" onClick={() => void navigator.clipboard?.writeText(made.url).then(() => setCopied(true))}>
              {copied ? t("admin.token_copied") : t("admin.token_copy")}
            </button>
          </div>
        </div>
      )}
      {links.error && <Trouble error={links.error} again={links.again} />}
      {living.length > 0 && (
        <section class="share-links">
          <h3>{t("share.mine")}</h3>
          <ul>
            {living.map((one) => (
              <li key={one.id}>
                <span>
                  {one.title} <span class="small muted">{t("share.facts", { date: date(one.expires_at), n: number(one.opened) })}</span>
                </span>
                <button type="button" class="button" aria-label={t("share.revoke_one", { name: one.title })} onClick={() => void revoke(one)}>
                  {t("share.revoke")}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
