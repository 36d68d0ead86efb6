/** Writes `third-party-licences.txt` next to the bundle: name, version, licence and text of what is shipped in it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const MARK = "/node_modules/";

function packageOf(moduleId: string): string | null {
  const id = moduleId.replaceAll("\\", "/");
  const start = id.lastIndexOf(MARK);
  if (start < 0) return null;
  const parts = id.slice(start + MARK.length).split("/");
  const name = parts[0]?.startsWith("@") ? `${parts[0]}/${parts[1]}` : parts[0];
  return id.slice(0, start + MARK.length).replace(/^\0/, "") + name;
}

function describe(folder: string): string {
  const meta = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${String(meta["name"])} ${String(meta["version"])} (${String(meta["license"])})\n\n${text}\n`;
}

export function thirdPartyLicences(): Plugin {
  const folders = new Set<string>();
  return {
    name: "third-party-licences",
    apply: "build",
    generateBundle() {
      for (const id of this.getModuleIds()) {
        const folder = packageOf(id);
        if (folder && existsSync(join(folder, "package.json"))) folders.add(folder);
      }
      const rule = `\n${"-".repeat(80)}\n\n`;
      this.emitFile({
        type: "asset",
        fileName: "third-party-licences.txt",
        source: [...folders].toSorted().map(describe).join(rule),
      });
    },
  };
}
