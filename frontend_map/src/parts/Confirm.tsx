import { t } from "../i18n";

interface Props {
  question: string;
  /** What the button that does it says. */
  action: string;
  busy?: boolean;
  /** `data-do` of that button. */
  does?: string;
  onDo: () => void;
  onCancel: () => void;
}

/** Asked once more before something ends. */
export function Confirm({ question, action, busy, does, onDo, onCancel }: Props) {
  return (
    <div class="boxed" role="group" aria-label={action}>
      <p>{question}</p>
      <div class="panel-actions">
        <button type="button" class="button primary" data-do={does} aria-disabled={busy} onClick={onDo}>
          {action}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("admin.cancel")}
        </button>
      </div>
    </div>
  );
}
