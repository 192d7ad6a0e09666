/** The pages' scripts and their style, built at the start. The race's plot is a file of its own, because uPlot is larger than all else. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Asset, buildAssets, type Entries, operatorAssets } from "../../src/cli/operator/page/assets.ts";

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
] as const satisfies readonly Entries[];

/** By the name in the address, `/page/main.js`. Throws esbuild's own error when a file cannot be built. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = import.meta.dirname;
  const splitting = { splitting: true, chunkNames: "[name]" } as const;
  const built = await Promise.all([
    ...BUILDS.map((entries) => buildAssets(folder, entries, splitting)),
    operatorAssets(),
  ]);
  const icon = { type: "image/svg+xml", contents: await readFile(join(folder, "icon.svg")) };
  return new Map<string, Asset>([...built.flatMap((assets) => [...assets]), ["icon.svg", icon]]);
}
