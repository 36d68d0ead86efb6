import { defineConfig } from "vitest/config";
import { thirdPartyLicences } from "./plugins/licences.ts";

// `base: "./"`: every address in the bundle is relative, so the map also works behind a path prefix.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  plugins: [thirdPartyLicences()],
  build: {
    outDir: "../api/static",
    emptyOutDir: true,
    target: "es2022",
    // MapLibre alone is about 1 MB; it is loaded once and cached for good.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
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
