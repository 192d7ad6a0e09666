/** The page's script and its style, built at the start. */
import { basename, join } from "node:path";
import { type BuildOptions, build } from "esbuild";

export type Asset = { readonly type: string; readonly contents: Uint8Array };

/** File in the folder -> its name in the address without the ending. */
export type Entries = readonly (readonly [file: string, name: string])[];

/** Bundles scripts and styles of a folder. By the name in the address. Throws esbuild's own error when a file cannot be built. */
export async function buildAssets(
  folder: string,
  entries: Entries,
  more: Pick<BuildOptions, "splitting" | "chunkNames"> = {},
): Promise<ReadonlyMap<string, Asset>> {
  const { outputFiles } = await build({
    entryPoints: entries.map(([file, out]) => ({ in: join(folder, file), out })),
    ...{ bundle: true, format: "esm", target: "es2022", ...more },
    ...{ write: false, outdir: folder, minify: true, logLevel: "silent" },
  });
  return new Map(
    outputFiles.map(({ path, contents }) => {
      const type = `text/${path.endsWith(".css") ? "css" : "javascript"}; charset=utf-8`;
      return [basename(path), { type, contents }] as const;
    }),
  );
}

/** `operator.js` and `operator.css`. */
export function operatorAssets(): Promise<ReadonlyMap<string, Asset>> {
  return buildAssets(import.meta.dirname, [
    ["main.ts", "operator"],
    ["operator.css", "operator"],
  ]);
}
