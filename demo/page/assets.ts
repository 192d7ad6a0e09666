/** The pages' scripts and their style, built at the start. The race's plot is a file of its own, because uPlot is larger than all else. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { type Asset, operatorAssets } from "../../src/cli/operator/page/assets.ts";

/**
 * The builds: files, and their names in the address without the ending. The page of the catalogue has a build of its own,
 * since chunks that two pages share would have no lasting names.
 */
const BUILDS = [
  [
    ["script/main.ts", "main"],
    ["style/main.css", "main"],
  ],
  [["script/catalogue.ts", "catalogue"]],
] as const;

/** By the name in the address, `/page/main.js`. Throws esbuild's own error when a file cannot be built. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = import.meta.dirname;
  const [operator, ...builds] = await Promise.all([
    operatorAssets(),
    ...BUILDS.map((entries) =>
      build({
        entryPoints: entries.map(([file, out]) => ({ in: join(folder, file), out })),
        ...{ bundle: true, splitting: true, chunkNames: "[name]", format: "esm", target: "es2022" },
        ...{ write: false, outdir: folder, minify: true, logLevel: "silent" },
      }),
    ),
  ]);
  const outputFiles = builds.flatMap((one) => one.outputFiles);
  const assets = outputFiles.map(({ path, contents }) => [basename(path), { type: typeOf(path), contents }] as const);
  const icon = { type: "image/svg+xml", contents: await readFile(join(folder, "icon.svg")) };
  return new Map<string, Asset>([...assets, ...operator, ["icon.svg", icon]]);
}

function typeOf(path: string): string {
  return `text/${path.endsWith(".css") ? "css" : "javascript"}; charset=utf-8`;
}
