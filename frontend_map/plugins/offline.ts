/** Writes `patrol-sw.js`: a service worker that keeps the files which one entry of the build needs. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

interface Chunk {
  type: string;
  isEntry?: boolean;
  name?: string;
  imports?: string[];
  viteMetadata?: { importedCss?: Set<string>; importedAssets?: Set<string> };
}

/** Files of an entry: its chunk, what that imports at once, and their styles. What is loaded later is not among them. */
export function filesOf(entry: string, bundle: Readonly<Record<string, Chunk>>): string[] {
  const found = new Set<string>();
  const take = (file: string): void => {
    const chunk = bundle[file];
    if (!chunk || found.has(file)) return;
    found.add(file);
    for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
    for (const asset of chunk.viteMetadata?.importedAssets ?? []) found.add(asset);
    for (const imported of chunk.imports ?? []) take(imported);
  };
  const first = Object.keys(bundle).find((file) => bundle[file]!.isEntry && bundle[file]!.name === entry);
  if (!first) throw new Error(`no entry ${entry} in the build`);
  take(first);
  return [...found].toSorted();
}

export function offline(entry: string, more: readonly string[]): Plugin {
  const template = new URL("./service_worker.js", import.meta.url);
  return {
    name: "offline",
    apply: "build",
    generateBundle(_, bundle) {
      const files = [...filesOf(entry, bundle as unknown as Record<string, Chunk>), ...more];
      const source = readFileSync(template, "utf8");
      const version = createHash("sha256").update(source).update(files.join("\n")).digest("hex").slice(0, 12);
      this.emitFile({
        type: "asset",
        fileName: `${entry}-sw.js`,
        source: source.replace('"__FILES__"', JSON.stringify(files)).replace("__VERSION__", version),
      });
    },
  };
}
