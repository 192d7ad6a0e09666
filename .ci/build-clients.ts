/**
 * `npm run build:clients`: builds the parts that others import into `dist/`: for each one ESM file without dependencies, and
 * its types. `exports` in package.json names the same files. The build fails if a source is missing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readCommandLine } from "../src/cli/commandLine.ts";
import { answerHelp, refuse } from "../src/cli/usage.ts";

const USAGE = "Usage: npm run build:clients";
const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { problems } = readCommandLine(argv, { values: [] });
if (problems.length > 0) refuse(USAGE, ...problems);

/** What is built: the name in `exports`, its source, and where it runs. */
export const CLIENTS = [
  { name: "hint", source: "warmer/client/hint.ts", platform: "node" },
  { name: "url", source: "src/client/url.ts", platform: "browser" },
  { name: "experiment", source: "src/client/experiment.ts", platform: "browser" },
  { name: "client", source: "src/client/client.ts", platform: "browser" },
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

/**
 * The declarations of an entry. Only this one file is published. So a file that the entry re-exports with
 * `export { … } from "./x.ts"` stands here in full; all that it exports must be meant for the package. The entry may import
 * from such a file too, and from no other one.
 */
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
    const textOf = (file: string): string => readFileSync(join(out, file.replace(/\.ts$/, ".d.ts")), "utf8");
    const inlined = new Set<string>();
    const exported = textOf(source).replace(/^export \{[^}]*\} from "(\.[^"]+)";$/gm, (_, file: string) => {
      inlined.add(file);
      return textOf(join(dirname(source), file)).trim();
    });
    const text = exported.replace(/^import [^;]* from "(\.[^"]+)";$/gm, (line, file: string) =>
      inlined.has(file) ? "" : line,
    );
    if (/from "\./.test(text)) throw new Error(`The types of ${source} need another file:\n${text}`);
    return text;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
