import { useState } from "preact/hooks";
import { FILE_ROLES, sendAttachment, thumbnailAddress, type Attachment, type FileRole } from "../api/attachments";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { asApiError } from "../parts/load";
import { actor } from "../state/actor";

interface Props {
  label: string;
  required: boolean;
  error: string | undefined;
  onChange: (value: string[]) => void;
}

/** Photos and files of a step: each is sent as soon as it is chosen, the step only names it. */
export function PhotoField({ label, required, error, onChange }: Props) {
  const [sent, setSent] = useState<readonly Attachment[]>([]);
  const [role, setRole] = useState<FileRole>("scene");
  const [waiting, setWaiting] = useState(0);
  const [trouble, setTrouble] = useState<string | null>(null);
  const keep = (next: readonly Attachment[]): void => {
    setSent(next);
    onChange(next.map((one) => one.id));
  };
  const take = async (files: readonly File[]): Promise<void> => {
    setTrouble(null);
    setWaiting(files.length);
    let all = sent;
    for (const file of files) {
      try {
        const one = await sendAttachment(file, role, actor.peek().by);
        all = [...all.filter((each) => each.id !== one.id), one];
        keep(all);
      } catch (cause) {
        const failure = asApiError(cause);
        setTrouble(failure.code === "unreachable" ? t("notice.unreachable") : `${file.name}: ${failure.message}`);
      }
      setWaiting((count) => count - 1);
    }
  };
  const wrong = error ?? trouble;
  return (
    <fieldset class="field photo-field" data-field="attachments">
      <legend class="label">
        {label}
        {required && <span class="required"> {t("report.required")}</span>}
      </legend>
      <div class="photo-ways">
        <select aria-label={t("file.shows")} value={role} onChange={(event) => setRole(event.currentTarget.value as FileRole)}>
          {FILE_ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`file.${one}`)}
            </option>
          ))}
        </select>
        <input
          type="file"
          name="attachments"
          multiple
          aria-label={label}
          accept="image/*,application/pdf,video/mp4"
          onChange={(event) => {
            // The list of an input is emptied with it.
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = "";
            void take(files);
          }}
        />
      </div>
      {waiting > 0 && <p class="hint">{t("report.sending")}</p>}
      {sent.length > 0 && (
        <ul class="photos">
          {sent.map((one) => (
            <li key={one.id}>
              <button type="button" title={t("file.drop")} aria-label={`${t("file.drop")} ${one.name ?? ""}`} onClick={() => keep(sent.filter((each) => each !== one))}>
                {one.thumbnail ? <img src={thumbnailAddress(one.id)} alt="" /> : <span class="file-name small">{one.name ?? "PDF"}</span>}
                <span class="photo-role small">
                  {t(`file.${one.role}`)} <Glyph name="close" size={11} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {wrong && <p class="field-error">{wrong}</p>}
    </fieldset>
  );
}
