/** The page's script and style, built at the start. The race's plot is a file of its own, because uPlot is larger than all else. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

export type Asset = { readonly type: string; readonly contents: Uint8Array };

/** By the name in the address, `/page/main.js`. Throws esbuild's own error when a file cannot be built. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = import.meta.dirname;
  const { outputFiles } = await build({
    entryPoints: ["script/main.ts", "style/main.css"].map((file) => ({ in: join(folder, file), out: "main" })),
    ...{ bundle: true, splitting: true, chunkNames: "[name]", format: "esm", target: "es2022" },
    ...{ write: false, outdir: folder, minify: true, logLevel: "silent" },
  });
  const assets = outputFiles.map(({ path, contents }) => [basename(path), { type: typeOf(path), contents }] as const);
  const icon = { type: "image/svg+xml", contents: await readFile(join(folder, "icon.svg")) };
  return new Map<string, Asset>([...assets, ["icon.svg", icon]]);
}

function typeOf(path: string): string {
  return `text/${path.endsWith(".css") ? "css" : "javascript"}; charset=utf-8`;
}
