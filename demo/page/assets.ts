/** The page's script and style, built at the start: one file each. The script brings uPlot for the race's plot. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

export type Asset = { readonly type: string; readonly contents: Uint8Array };

/** By the name in the address, `/page/main.js`. Throws esbuild's own error when a file cannot be built. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = import.meta.dirname;
  const { outputFiles } = await build({
    entryPoints: { main: join(folder, "script/main.ts") },
    ...{ bundle: true, write: false, outdir: folder, format: "esm", target: "es2022", minify: true, logLevel: "silent" },
  });
  const assets = outputFiles.map(({ path, contents }) => {
    const name = path.endsWith(".css") ? "main.css" : "main.js";
    return [name, { type: TYPES[name], contents }] as const;
  });
  const icon = { type: "image/svg+xml", contents: await readFile(join(folder, "icon.svg")) };
  return new Map<string, Asset>([...assets, ["icon.svg", icon]]);
}

const TYPES = { "main.js": "text/javascript; charset=utf-8", "main.css": "text/css; charset=utf-8" } as const;
