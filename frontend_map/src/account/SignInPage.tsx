import { useEffect, useRef } from "preact/hooks";
import { lang, t } from "../i18n";
import { Trouble, Waiting } from "../parts/Trouble";
import { ended, me, meFailure, readMe } from "../state/session";
import { SignInForm } from "./SignInForm";

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f4e5f" />
      <path d="M7 7h8v6H7zM7 15h8v10H7zM17 19h8v6h-8z" fill="#d9ecec" />
      <path d="M17 7h8v10h-8z" fill="#f2b45c" />
    </svg>
  );
}

export function LanguageButton() {
  const other = lang.value === "zh" ? "en" : "zh";
  return (
    <button type="button" class="bar-button quiet" lang={other === "zh" ? "zh-CN" : "en"} aria-label={t("lang.switch_label")} onClick={() => (lang.value = other)}>
      <span>{t("lang.switch")}</span>
    </button>
  );
}

/** Stands in the place of the page that was asked for; its address stays, and it opens after signing in. */
export function SignInPage() {
  return (
    <div class="sign-in-page">
      <header class="sign-in-head">
        <Mark size={34} />
        <p>
          <strong>GridGov</strong> <span class="muted">{t("app.name")}</span>
        </p>
        <LanguageButton />
      </header>
      <main class="sign-in-card" data-ready={me.value ? "1" : undefined}>
        <h1>{t("signin.title")}</h1>
        {me.value ? (
          <>
            <p class="muted">{t("signin.intro")}</p>
            <SignInForm />
          </>
        ) : meFailure.value ? (
          <Trouble error={meFailure.value} again={() => void readMe()} />
        ) : (
          <Waiting />
        )}
      </main>
    </div>
  );
}

/** The session ended: asks above the page, which stays as it is. */
export function SignInDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = ended.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    // Nothing works without signing in: Escape does not close it.
    <dialog ref={dialog} class="dialog sign-in-dialog" aria-labelledby="sign-in-again" onCancel={(event) => event.preventDefault()}>
      {open && (
        <>
          <h2 id="sign-in-again">{t("signin.again")}</h2>
          <p class="muted">{t("signin.again_intro")}</p>
          <SignInForm lastName={me.value?.name ?? ""} />
        </>
      )}
    </dialog>
  );
}
