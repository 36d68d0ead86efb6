import { useState } from "preact/hooks";
import { t } from "../i18n";

/** A secret, this once, to be copied. */
export function SecretLine({ name, secret, text, label }: { name: string; secret: string; text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="share-made" role="status">
      <p class="small">
        <strong>{name}</strong> {text}
      </p>
      <div class="copy-line">
        <input readOnly name="token-secret" aria-label={label} value={secret} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="button" onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>
          {copied ? t("admin.token_copied") : t("admin.token_copy")}
        </button>
      </div>
    </div>
  );
}
