import { useRef, useState } from "preact/hooks";
import { download } from "../api/out";
import { number } from "../format";
import { t } from "../i18n";
import { flash } from "../state/store";
import { asApiError } from "./load";
import { save } from "./save";

interface Props {
  label: string;
  spoken?: string;
  path: () => string;
  file: () => string;
}

/** A button that fetches one file, says how much of it has come, can be stopped, and says what went wrong. */
export function Download({ label, spoken, path, file }: Props) {
  const [bytes, setBytes] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);
  const go = async (): Promise<void> => {
    if (bytes !== null) return abort.current?.abort();
    const run = (abort.current = new AbortController());
    setBytes(0);
    setTrouble(null);
    try {
      save(await download(path(), {}, (progress) => setBytes(progress.bytes), run.signal), file());
      flash.value = t("out.done");
    } catch (cause) {
      if (!run.signal.aborted) setTrouble(asApiError(cause).message);
    } finally {
      setBytes(null);
    }
  };
  return (
    <>
      <button type="button" class="button" {...(spoken ? { "aria-label": spoken } : {})} onClick={() => void go()}>
        {bytes === null ? label : `${t("out.doing", { kb: number(Math.ceil(bytes / 1024)) })} ${t("override.cancel")}`}
      </button>
      {trouble && (
        <p class="trouble small" role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}
