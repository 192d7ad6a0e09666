import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pinning } from "./process.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Command lines of the programs that the bench runs. Null if the machine lacks what they need. */
export type Tools = {
  readonly load: readonly string[];
  readonly sink: readonly string[];
  readonly limit: readonly string[] | null;
  readonly java: readonly string[] | null;
  readonly python: readonly string[] | null;
  readonly pinning: Pinning;
  /** What was left out or replaced, for the reader of the table. */
  readonly notes: readonly string[];
  /** Removes the compiled files. */
  remove(): void;
};

function works(command: string, ...options: string[]): boolean {
  return spawnSync(command, options, { stdio: "ignore" }).status === 0;
}

function compile(command: string, ...options: string[]): void {
  const run = spawnSync(command, options, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${command} ${options.join(" ")} ended with ${run.status}\n${run.stderr}`);
}

/**
 * Looks for gcc, javac, python3, taskset and nice. Compiles into a new folder in the temporary folder of the system.
 */
export function prepareTools(): Tools {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-bench-"));
  const notes: string[] = [];
  const node = process.execPath;
  const pinning = {
    taskset: works("taskset", "-c", "1", "true"),
    nice: works("nice", "-n", "-15", "sh", "-c", "test $(nice) -lt 0"),
    fifo: works("chrt", "-f", "10", "true"),
  };
  if (!pinning.taskset)
    notes.push("no taskset or no second core: programs and generator share the cores, so ratios are rough");

  if (!pinning.fifo)
    notes.push("no real-time priority for the sink: see how late it woke up before you read the figures of lateness");

  const gcc = works("gcc", "--version");
  for (const name of gcc ? ["load", "sink", "limit"] : []) {
    compile("gcc", "-O2", "-o", join(folder, name), join(HERE, "native", `${name}.c`), "-lm", "-lpthread");
  }
  if (!gcc)
    notes.push("no gcc: generator and sink run in Node (they are slower, so they limit high rates); no C limit");

  const java = works("javac", "-version") && works("java", "-version");
  if (java) compile("javac", "-d", folder, join(HERE, "baseline", "Loop2014.java"));
  else notes.push("no JDK: the 2014 loop in Java and all ratios are skipped");

  const python = works("python3", "--version");
  if (!python) notes.push("no python3: the 2014 loop in Python is skipped");

  return {
    load: gcc ? [join(folder, "load")] : [node, join(HERE, "fallback", "load.ts")],
    sink: gcc ? [join(folder, "sink")] : [node, join(HERE, "fallback", "sink.ts")],
    limit: gcc ? [join(folder, "limit")] : null,
    java: java ? ["java", "-cp", folder, "Loop2014"] : null,
    python: python ? ["python3", join(HERE, "baseline", "loop2014.py")] : null,
    pinning,
    notes,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
