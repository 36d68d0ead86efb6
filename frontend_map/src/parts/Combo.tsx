import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { asApiError } from "./load";

export interface Option<T> {
  key: string;
  label: string;
  detail: string;
  value: T;
}

interface Props<T> {
  label: string;
  /** Visible labels stand above the field; otherwise the label is only spoken. */
  labelled?: boolean;
  placeholder?: string;
  none: string;
  find: (text: string, abort: AbortSignal) => Promise<readonly Option<T>[]> | readonly Option<T>[];
  onTake: (value: T) => void;
  error?: string | undefined;
  name?: string;
  /** Also offers something for no text at all. */
  open?: boolean;
}

const PAUSE_MS = 160;

/** A field that finds something by its name: arrows move, Enter or a click takes, an IME's own Enter does not. */
export function Combo<T>({ label, labelled = false, placeholder, none, find, onTake, error, name, open: eager = false }: Props<T>) {
  const [text, setText] = useState("");
  const [options, setOptions] = useState<readonly Option<T>[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const [composing, setComposing] = useState(false);
  const id = useId();
  const question = useRef(find);
  question.current = find;
  const query = text.trim();
  const asks = open && !composing && (eager || query !== "");

  useEffect(() => {
    if (!asks) {
      setOptions(null);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(
      () => {
        Promise.resolve(question.current(query, abort.signal))
          .then((found) => {
            if (abort.signal.aborted) return;
            setOptions(found);
            setActive(0);
            setFailure(null);
          })
          .catch((cause: unknown) => !abort.signal.aborted && setFailure(asApiError(cause).message));
      },
      query === "" ? 0 : PAUSE_MS,
    );
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [query, asks]);

  const take = (option: Option<T>): void => {
    setOpen(false);
    setText("");
    setOptions(null);
    onTake(option.value);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const count = options?.length ?? 0;
    if (event.key === "Escape" && open) {
      setOpen(false);
      event.stopPropagation();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      setActive((now) => (now + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    } else if (event.key === "ArrowDown") {
      setOpen(true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = options?.[active];
      if (open && option) take(option);
    }
  };
  const shown = asks && (options !== null || failure !== null);
  return (
    <div class="combo" onFocusOut={(event) => !(event.currentTarget as Element).contains(event.relatedTarget as Node | null) && setOpen(false)}>
      {labelled && (
        <label class="label" for={id}>
          {label}
        </label>
      )}
      <input
        id={id}
        type="search"
        role="combobox"
        list={undefined}
        {...(name ? { name } : {})}
        {...(labelled ? {} : { "aria-label": label })}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-invalid={error ? "true" : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        {...(shown && options?.length ? { "aria-activedescendant": `${id}-${active}` } : {})}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder ?? label}
        value={text}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => eager && setOpen(true)}
        onClick={() => eager && setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <div class="combo-found" hidden={!shown}>
        <ul id={`${id}-list`} role="listbox" aria-label={label}>
          {(options ?? []).map((option, index) => (
            <li
              key={option.key}
              id={`${id}-${index}`}
              role="option"
              data-key={option.key}
              aria-selected={index === active}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(option)}
            >
              <span>{option.label}</span> <span class="muted small">{option.detail}</span>
            </li>
          ))}
        </ul>
        {options?.length === 0 && <p class="muted small">{none}</p>}
        {failure && <p class="field-error">{t("notice.server_error", { detail: failure })}</p>}
      </div>
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
