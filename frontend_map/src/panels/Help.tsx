import { useEffect, useRef } from "preact/hooks";
import { say, t, type Key } from "../i18n";
import { Glyph } from "../parts/Glyph";
import { base } from "../api/client";
import { singleKeys } from "../state/keys";
import { city, helpOpen, page } from "../state/store";
import { hasDesk } from "../state/url";
import { STEP_KEYS } from "../dispatch/fields";
import { DESK_KEYS } from "../dispatch/keys";
import { TOOL, TOOLS } from "../planner/tools";

const KEYS: readonly [string, Key][] = [
  ["/", "help.key.search"],
  ["L", "help.key.layers"],
  ["I", "help.key.list"],
  ["P", "help.key.locate"],
  ["R", "help.key.rules"],
  ["G", "help.key.planner"],
  ["D", "help.key.department"],
  ["W", "help.key.dispatch"],
  ["K", "help.key.rankings"],
  ["N", "help.key.report"],
  ["?", "help.key.help"],
  ["Enter", "help.key.enter"],
  ["← ↑ → ↓", "help.key.arrows"],
  ["+ −", "help.key.zoom"],
  ["Esc", "help.key.escape"],
];

/** Those of the planner's desk that are no tools: tools print theirs on their buttons. */
const PLANNER_KEYS: readonly [string, Key][] = [
  ["N, Shift+N", "planner.key.problem"],
  ["F", "card.zoom"],
  ["K", "compare.title"],
  ["[ ]", "planner.key.tabs"],
  ["Ctrl+Z, Ctrl+Shift+Z", "planner.key.undo"],
  ["← ↑ → ↓", "planner.key.arrows"],
  ["Shift + ← ↑ → ↓", "planner.key.pan"],
  ["Enter", "planner.key.enter"],
  ["Space", "planner.key.space"],
  ["Backspace", "planner.key.backspace"],
  ["Esc", "planner.key.escape"],
];

function Keys({ keys }: { keys: readonly (readonly [string, Key])[] }) {
  return (
    <table class="keys">
      <tbody>
        {keys.map(([key, text]) => (
          <tr key={key}>
            <th scope="row">
              <kbd>{key}</kbd>
            </th>
            <td>{t(text as "help.key.search")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)}>
      <header class="panel-head">
        <h2 id="help-title">{t("help.title")}</h2>
        <button type="button" class="icon-button" aria-label={t("app.close")} onClick={() => (helpOpen.value = false)}>
          <Glyph name="close" />
        </button>
      </header>
      <p>{t("help.intro")}</p>
      <Keys keys={KEYS.filter(([key]) => page.value !== "planner" ? !hasDesk(page.value) || key === "?" : key === "G" || key === "?")} />
      {hasDesk(page.value) && (
        <>
          <h3>{t("help.desk")}</h3>
          <Keys keys={page.value === "dispatch" ? DESK_KEYS : DESK_KEYS.map(([key, text]) => (key === "1 2 3" ? (["1 … 6", "department.parts"] as const) : ([key, text] as const)))} />
          <h3>{t("help.desk_steps")}</h3>
          <Keys keys={Object.entries(STEP_KEYS).map(([key, action]) => [key.toUpperCase(), `do.${action}` as Key] as const)} />
        </>
      )}
      {page.value === "planner" && (
        <>
          <h3>{t("help.planner")}</h3>
          <Keys keys={[...TOOLS.map((tool) => [TOOL[tool].key, `tool.${tool}`] as const), ...PLANNER_KEYS]} />
        </>
      )}
      <label class="check">
        <input type="checkbox" checked={singleKeys.value} onChange={(event) => (singleKeys.value = event.currentTarget.checked)} />
        {t("help.single_keys")}
      </label>
      <h3>{t("map.sources")}</h3>
      <ul class="sources">
        {(city.value?.datasets ?? []).map((dataset) => (
          <li key={dataset.code}>
            <strong>{say(dataset.title)}</strong>
            {say(dataset.notice) && <span> {say(dataset.notice)}</span>}
            <span class="muted"> {[say(dataset.attribution), dataset.licence].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
      <p>
        <a href={`${base}third-party-licences.txt`}>{t("map.licences")}</a>
      </p>
    </dialog>
  );
}
