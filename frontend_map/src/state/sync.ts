/** Keeps URL and view equal. Moving the map replaces the entry; any other change makes one to go back to. */
import { effect } from "@preact/signals";
import { applyView, currentView } from "./store";
import { format, parse } from "./url";

const CAMERA_DELAY_MS = 250;

export function startSync(onBack: () => void): void {
  applyView(parse(location.search));
  let written = format({ ...currentView(), camera: null });
  let timer = 0;

  const write = (push: boolean): void => {
    window.clearTimeout(timer);
    const query = format(currentView());
    if (query === location.search) return;
    const address = location.pathname + query + location.hash;
    if (push) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  };

  effect(() => {
    const view = currentView();
    const still = format({ ...view, camera: null });
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
    const view = parse(location.search);
    written = format({ ...view, camera: null });
    applyView(view);
    onBack();
  });
}
