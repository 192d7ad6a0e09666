/** The start of the main Worker: CPU of a workerd up to its first answer, less that of a workerd with an empty Worker. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startWorkerd } from "../../engine/workerd.ts";
import { median } from "../../table.ts";
import type { Row } from "../row.ts";

const WORKER = resolve(import.meta.dirname, "../../../src/worker.ts");
const STARTS = 5;

const row: Row = async ({ scratch }) => {
  const empty = join(scratch, "empty.js");
  writeFileSync(empty, "export default { fetch: () => new Response() };");
  const [full, bare]: [number[], number[]] = [[], []];
  for (let i = 0; i < STARTS; i++) {
    full.push(await startMillis(WORKER));
    bare.push(await startMillis(empty));
  }
  const value = median(full) - median(bare);
  const note = `CPU, ${STARTS} starts; ${median(bare).toFixed(0)} ms of an empty Worker are taken off`;
  return [{ label: "start of the main Worker", value, unit: " ms", most: 100, note }];
};

async function startMillis(entry: string): Promise<number> {
  const workerd = await startWorkerd(entry);
  try {
    // Without bindings the answer may be a failure. It is there when the script has run.
    await (await fetch(`${workerd.url}/healthz`)).arrayBuffer();
    return threadMillis(workerd.pid);
  } finally {
    await workerd.stop();
  }
}

/** CPU milliseconds of all threads of a process. Its clock is finer than the ticks of /proc/PID/stat. */
function threadMillis(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(join(tasks, task, "schedstat"), "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6;
}

export default row;
