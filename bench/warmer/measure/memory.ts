import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The dedup table with a million keys. Sizes in MB of 10^6 bytes. */
export type TableMemory = {
  readonly keys: number;
  readonly megabytes: number;
  /** Growth of the process, inside and outside the heap. */
  readonly grownMegabytes: number;
  /** Keys that are still present after all were inserted. */
  readonly remembered: number;
};

const KEYS = 1_000_000;

/** Fills the dedup table in a process of its own, so that nothing else is counted. */
export function tableMemory(): TableMemory {
  const program = fileURLToPath(new URL("../table-program.ts", import.meta.url));
  const run = spawnSync(process.execPath, ["--expose-gc", program, String(KEYS)], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`table-program.ts ended with ${run.status}\n${run.stderr}`);
  return JSON.parse(run.stdout) as TableMemory;
}
