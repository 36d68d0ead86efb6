import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Glyph } from "../parts/Glyph";
import type { PhotoRole } from "./outbox";
import { addPhotos, draft, pictures, removePhoto } from "./state";

const MOST = 6;

/** Pictures of one kind, and the button that opens the camera. */
export function Photos({ role, required = false, error }: { role: PhotoRole; required?: boolean; error?: string | undefined }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const shown = draft.value.photos.filter((photo) => photo.role === role);
  const name = t(`patrol.photo.${role}`);
  const take = async (input: HTMLInputElement): Promise<void> => {
    const files = [...(input.files ?? [])].slice(0, MOST - shown.length);
    input.value = "";
    if (files.length === 0) return;
    setBusy(true);
    try {
      await addPhotos(files, role);
      setFailure(null);
    } catch (cause) {
      setFailure(String(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <fieldset class="photos" data-role={role}>
      <legend class="label">
        {name}
        {required && <span class="required"> {t("report.required")}</span>}
      </legend>
      <ul class="photo-row">
        {shown.map((photo, index) => (
          <li key={photo.id} class="photo">
            {pictures.value[photo.id] ? <img src={pictures.value[photo.id]} alt={t("patrol.photo.alt", { name, n: index + 1 })} /> : <span class="photo-missing">{t("patrol.photo.unseen")}</span>}
            <button type="button" class="photo-remove" aria-label={t("patrol.photo.remove", { name, n: index + 1 })} onClick={() => void removePhoto(photo.id)}>
              <Glyph name="close" size={16} />
            </button>
          </li>
        ))}
        {shown.length < MOST && (
          <li>
            <label class="photo-add">
              <Glyph name="camera" size={26} />
              <span>{busy ? t("patrol.photo.busy") : t("patrol.photo.add")}</span>
              <input type="file" accept="image/*" capture="environment" multiple class="visually-hidden" aria-label={t("patrol.photo.take", { name })} onChange={(event) => void take(event.currentTarget)} />
            </label>
          </li>
        )}
      </ul>
      {(error ?? failure) && <p class="field-error">{error ?? failure}</p>}
    </fieldset>
  );
}
