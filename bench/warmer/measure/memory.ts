import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The table of pushed keys with a million keys in it. Bytes in MB of 10^6. */
export type TableMemory = {
  readonly keys: number;
  readonly megabytes: number;
  /** What the process grew by, heap and outside of it. */
  readonly grownMegabytes: number;
  /** Keys still known after all were put in. */
  readonly remembered: number;
};

const KEYS = 1_000_000;

/** Fills the warmer's table in a process of its own, so that nothing else is counted. */
export function tableMemory(): TableMemory {
  const program = fileURLToPath(new URL("../table-program.ts", import.meta.url));
  const run = spawnSync(process.execPath, ["--expose-gc", program, String(KEYS)], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`table-program.ts ended with ${run.status}\n${run.stderr}`);
  return JSON.parse(run.stdout) as TableMemory;
}
