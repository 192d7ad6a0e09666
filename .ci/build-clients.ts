/**
 * `npm run build:clients`: the parts that others import, from source to `dist/`: one ESM file without dependencies and
 * its types each. package.json's `exports` names the same files; a row whose source is missing fails the build.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What is built: the name in `exports`, its source, and where it runs. */
export const CLIENTS = [
  { name: "hint", source: "warmer/client/hint.ts", platform: "node" },
  { name: "url", source: "src/client/url.ts", platform: "browser" },
] as const satisfies readonly { name: string; source: string; platform: "node" | "browser" }[];

const top = fileURLToPath(new URL("../", import.meta.url));

for (const { name, source, platform } of CLIENTS) {
  await build({
    absWorkingDir: top,
    entryPoints: [source],
    outfile: `dist/${name}.js`,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform,
    logLevel: "error",
  });
  writeFileSync(join(top, `dist/${name}.d.ts`), declarationsOf(source));
  console.error(`dist/${name}.js, dist/${name}.d.ts from ${source}`);
}

/** The entry's declarations; they must stand alone, since only this one file is shipped. */
function declarationsOf(source: string): string {
  const out = mkdtempSync(join(tmpdir(), "firstlight-types-"));
  try {
    const flags = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--rootDir", top, "--outDir", out];
    const options = [
      "--target",
      "es2024",
      "--module",
      "nodenext",
      "--allowImportingTsExtensions",
      "--strict",
      "--skipLibCheck",
    ];
    const lib = ["--lib", "es2024,dom", "--types", "node", "--ignoreConfig"];
    const run = spawnSync("tsc", [...flags, ...options, ...lib, join(top, source)], { encoding: "utf8", cwd: top });
    if (run.status !== 0) throw new Error(`Cannot make the types of ${source}:\n${run.stdout}${run.stderr}`);
    const text = readFileSync(join(out, source.replace(/\.ts$/, ".d.ts")), "utf8");
    if (/from "\./.test(text)) throw new Error(`The types of ${source} need another file:\n${text}`);
    return text;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
