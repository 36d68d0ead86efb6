import { effect } from "@preact/signals";
import { render } from "preact";
import "maplibre-gl/dist/maplibre-gl.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/panels.css";
import "./styles/parts.css";
import "./styles/signin.css";
import "./styles/plots.css";
import "./styles/desk.css";
import "./styles/planner.css";
import "./styles/dispatch.css";
import "./styles/account.css";
import "./styles/deadlines.css";
import "./styles/department.css";
import "./styles/rankings.css";
import "./styles/exchange.css";
import { App } from "./app";
import { locale, say, t } from "./i18n";
import { startCounting } from "./state/edition";
import { startKeys } from "./state/keys";
import { cityMap } from "./state/map";
import { camera, city } from "./state/store";
import { startDispatchKeys } from "./dispatch/keys";
import { startLive } from "./dispatch/live";
import { startTicking } from "./dispatch/now";
import { startPlannerKeys } from "./planner/keys";
import { startRules } from "./state/rules_desk";
import { readMe, watchSession } from "./state/session";
import { startSync } from "./state/sync";

watchSession();
void readMe();
startSync(() => {
  if (camera.value) cityMap.value?.jump(camera.value);
});
startKeys();
startRules();
startPlannerKeys();
startDispatchKeys();
startTicking();
startLive();
startCounting();

effect(() => {
  document.documentElement.lang = locale.value;
  document.title = t("app.title", { city: say(city.value?.name) || "GridGov" });
});

const root = document.getElementById("app");
if (root) render(<App />, root);
