import { defineConfig } from "vitest/config";
import { thirdPartyLicences } from "./plugins/licences.ts";
import { offline } from "./plugins/offline.ts";

// `base: "./"`: every address in the bundle is relative, so the map also works behind a path prefix.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  plugins: [thirdPartyLicences(), offline("patrol", ["favicon.svg", "patrol.webmanifest"])],
  build: {
    outDir: "../api/static",
    emptyOutDir: true,
    target: "es2022",
    // MapLibre alone is about 1 MB; it is loaded once and cached for good.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      // The phone form is a page of its own: it must open on a slow connection, and without one. So is what a share link
      // shows: whoever has one has no account.
      input: { index: "index.html", patrol: "patrol.html", share: "share.html" },
      output: {
        codeSplitting: { groups: [{ name: "maplibre", test: /node_modules[\\/]maplibre-gl/ }] },
      },
    },
  },
  server: {
    // `npm run dev` talks to a running `gridgov up`.
    proxy: Object.fromEntries(
      ["/api", "/tiles", "/healthz", "/readyz"].map((path) => [path, process.env["GRIDGOV_URL"] ?? "http://127.0.0.1:8000"]),
    ),
  },
  test: { include: ["tests/**/*.test.ts"] },
});
