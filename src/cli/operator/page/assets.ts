/** The page's script and its style, built at the start. */
import { basename, join } from "node:path";
import { build } from "esbuild";

export type Asset = { readonly type: string; readonly contents: Uint8Array };

/** By the name in the address, `/page/operator.js`. Throws esbuild's own error when a file cannot be built. */
export async function operatorAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = import.meta.dirname;
  const { outputFiles } = await build({
    entryPoints: [
      { in: join(folder, "main.ts"), out: "operator" },
      { in: join(folder, "operator.css"), out: "operator" },
    ],
    ...{ bundle: true, format: "esm", target: "es2022" },
    ...{ write: false, outdir: folder, minify: true, logLevel: "silent" },
  });
  return new Map(
    outputFiles.map(({ path, contents }) => {
      const type = `text/${path.endsWith(".css") ? "css" : "javascript"}; charset=utf-8`;
      return [basename(path), { type, contents }] as const;
    }),
  );
}
