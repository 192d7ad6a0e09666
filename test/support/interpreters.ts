/**
 * Interpreters for the programs of docs/api-server/signing.md. The machine's own are taken first. The long test gets the
 * others from packages: PHP and Ruby as WebAssembly by npm, Go by apt.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installInto } from "./packed.ts";

export type Language = {
  /** Name of a program's file. */
  readonly file: string;
  /** Succeeds on a machine that has the language. */
  readonly probe: readonly [string, ...string[]];
  /** Runs the file that is given as the last argument. */
  readonly run: readonly [string, ...string[]];
  /** Installs the language in an empty folder. The command that runs a file, or null where it cannot be had. */
  readonly install:
    | ((folder: string) => Promise<readonly [string, ...string[]]> | readonly [string, ...string[]] | null)
    | null;
};

const PHP = `import { readFileSync } from "node:fs";
import { getPHPLoaderModule } from "@php-wasm/node-8-4";
import { loadPHPRuntime, PHP } from "@php-wasm/universal";
const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule()));
const { text, errors, exitCode } = await php.run({ code: readFileSync(process.argv[2], "utf8") });
process.stdout.write(text);
process.stderr.write(errors);
process.exit(exitCode);
`;

const RUBY = `import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DefaultRubyVM } from "@ruby/wasm-wasi/dist/node";
const file = fileURLToPath(import.meta.resolve("@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm"));
const { vm } = await DefaultRubyVM(await WebAssembly.compile(readFileSync(file)));
vm.eval(readFileSync(process.argv[2], "utf8") + "\\n$stdout.flush");
`;

/** A language that npm has as WebAssembly: the packages, and a program of Node that runs a file with them. */
const byNpm = (packages: readonly string[], runner: string) => async (folder: string) => {
  writeFileSync(join(folder, "package.json"), '{"type":"module","private":true}');
  await installInto(folder, packages);
  writeFileSync(join(folder, "run.js"), runner);
  return [process.execPath, "--disable-warning=ExperimentalWarning", join(folder, "run.js")] as const;
};

/** Go of this Debian, unpacked into the folder. Nothing is installed. Null on a machine without apt. */
function goByApt(folder: string): readonly [string, ...string[]] | null {
  const { status, stdout } = spawnSync("apt-cache", ["depends", "golang-go"], { encoding: "utf8" });
  const [name] = /golang-[\d.]+-go/.exec(stdout ?? "") ?? [];
  if (status !== 0 || name === undefined) return null;
  execFileSync("apt-get", ["download", name, name.replace(/-go$/, "-src")], { cwd: folder, stdio: "ignore" });
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith(".deb"))) {
    execFileSync("dpkg", ["-x", file, "."], { cwd: folder });
  }
  const root = join(folder, "usr/lib", name.replace(/^golang-/, "go-").replace(/-go$/, ""));
  mkdirSync(join(folder, "cache"));
  const variables = [`GOROOT=${root}`, `GOCACHE=${folder}/cache`, `GOPATH=${folder}/path`, "GOTOOLCHAIN=local"];
  return ["env", ...variables, join(root, "bin/go"), "run"];
}

export const LANGUAGES = {
  bash: { file: "a.sh", probe: ["openssl", "version"], run: ["bash"], install: null },
  python: { file: "a.py", probe: ["python3", "--version"], run: ["python3"], install: null },
  php: {
    ...{ file: "a.php", probe: ["php", "--version"], run: ["php"] },
    install: byNpm(["@php-wasm/node-8-4@3.1.56", "@php-wasm/universal@3.1.56"], PHP),
  },
  ruby: {
    ...{ file: "a.rb", probe: ["ruby", "--version"], run: ["ruby"] },
    install: byNpm(["@ruby/3.4-wasm-wasi@2.10.1", "@ruby/wasm-wasi@2.10.1"], RUBY),
  },
  go: { file: "a.go", probe: ["go", "version"], run: ["go", "run"], install: goByApt },
} as const satisfies Readonly<Record<string, Language>>;
