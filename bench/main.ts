/**
 * `npm run bench -- NAME [--json FILE] [options]`
 *
 * Runs `bench/NAME/main.ts`. Its `run(args)` prints a table and returns the same figures as plain data. `--json FILE`
 * writes them to a file, together with the machine they were measured on.
 */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { machine } from "./machine.ts";

/** The exports of a bench's `main.ts`. `run` takes the bench's options and gives figures that JSON can hold. */
export interface Bench {
  run(args: readonly string[]): Promise<unknown>;
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** The names of all benches: the folders of `folder` with a `main.ts`. */
export function benchNames(folder: string = HERE): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "main.ts")))
    .map((entry) => entry.name)
    .sort();
}

/**
 * The command line -> the name of the bench, the JSON file, and the other arguments, which are for the bench.
 * Throws Error if no file follows `--json`.
 */
export function readArguments(argv: readonly string[]): { name: string | null; json: string | null; rest: string[] } {
  const rest = [...argv];
  let json: string | null = null;
  const at = rest.indexOf("--json");
  if (at >= 0) {
    const file = rest[at + 1];
    if (file === undefined || file.startsWith("--")) throw new Error("--json needs a file name after it");
    json = file;
    rest.splice(at, 2);
  }
  const name = rest[0] !== undefined && !rest[0].startsWith("-") ? (rest.shift() ?? null) : null;
  return { name, json, rest };
}

async function main(): Promise<number> {
  const { name, json, rest } = readArguments(process.argv.slice(2));
  const names = benchNames();
  const usage = `usage: npm run bench -- NAME [--json FILE] [options]; NAME: ${names.join(", ") || "none yet"}`;
  if (name === null && (rest.includes("--help") || rest.includes("-h"))) {
    console.log(usage);
    return 0;
  }
  if (name === null || !names.includes(name)) {
    const problem = name === null ? "no bench named" : `no bench "${name}" (bench/${name}/main.ts does not exist)`;
    console.error(`${problem}\n${usage}`);
    return 2;
  }
  const bench = (await import(pathToFileURL(join(HERE, name, "main.ts")).href)) as Bench;
  const started = new Date();
  const result = await bench.run(rest);
  if (json !== null) {
    const seconds = Math.round((Date.now() - started.getTime()) / 1000);
    const report = { bench: name, started: started.toISOString(), seconds, machine: machine(), result };
    writeFileSync(resolve(json), `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written: ${json}`);
  }
  // A bench whose figures are missed sets the exit code.
  return Number(process.exitCode ?? 0);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exit(await main());
}
