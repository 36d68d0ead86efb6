import { effect } from "@preact/signals";
import { render } from "preact";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/patrol.css";
import "../styles/signin.css";
import { base } from "../api/client";
import { lang, locale, t } from "../i18n";
import { readMe, watchSession } from "../state/session";
import { PatrolApp } from "./PatrolApp";
import { start } from "./state";

const REMEMBERED = "gridgov.patrol.lang";

if (new URLSearchParams(location.search).get("lang") === "en" || localStorage.getItem(REMEMBERED) === "en") lang.value = "en";
effect(() => {
  document.documentElement.lang = locale.value;
  document.title = t("patrol.title");
  localStorage.setItem(REMEMBERED, lang.value);
});

// Only where the page is served securely, or from this machine; elsewhere it works while there is a connection.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(`${base}patrol-sw.js`, { scope: `${base}patrol` }).catch((cause: unknown) => console.warn("offline:", cause));
  // Marks, for whoever waits for it, that the page opens without a connection from now on.
  void navigator.serviceWorker.ready.then(() => (document.body.dataset["offline"] = "1"));
}

watchSession();
void readMe();
void start().then(() => (document.body.dataset["ready"] = "1"));
const root = document.getElementById("app");
if (root) render(<PatrolApp />, root);
