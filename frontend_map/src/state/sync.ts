/** Keeps URL and view equal. Moving the map replaces the entry; any other change makes one to go back to. */
import { effect } from "@preact/signals";
import { base } from "../api/client";
import { applyView, currentView } from "./store";
import { PAGE_PATH, format, parse, type View } from "./url";

const CAMERA_DELAY_MS = 250;

/** The address of a view; typing in a search field is no page to go back to. */
const address = (view: View): string => new URL(PAGE_PATH[view.page], base).pathname + format(view);
const place = (view: View): string => address({ ...view, camera: null, rules: { ...view.rules, find: "" } });

export function startSync(onBack: () => void): void {
  applyView(parse(location.search, location.pathname));
  let written = place(currentView());
  let timer = 0;

  const write = (push: boolean): void => {
    window.clearTimeout(timer);
    const next = address(currentView());
    if (next === location.pathname + location.search) return;
    if (push) history.pushState(null, "", next + location.hash);
    else history.replaceState(null, "", next + location.hash);
  };

  effect(() => {
    const view = currentView();
    const still = place(view);
    window.clearTimeout(timer);
    if (still !== written) {
      written = still;
      write(true);
    } else {
      timer = window.setTimeout(() => write(false), CAMERA_DELAY_MS);
    }
  });

  window.addEventListener("popstate", () => {
    window.clearTimeout(timer);
    const view = parse(location.search, location.pathname);
    written = place(view);
    applyView(view);
    onBack();
  });
}
