import { effect } from "@preact/signals";
import { render } from "preact";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/signin.css";
import "../styles/plots.css";
import "../styles/share.css";
import { lang, locale, t } from "../i18n";
import { SharePage } from "./SharePage";

if (new URLSearchParams(location.search).get("lang") === "en") lang.value = "en";
effect(() => {
  document.documentElement.lang = locale.value;
  document.title = t("shared.title");
});

/** The address is `…/share/TOKEN`: the last part opens the view. */
const token = decodeURIComponent(location.pathname.split("/").at(-1) ?? "");
const root = document.getElementById("app");
if (root) render(<SharePage token={token} />, root);
