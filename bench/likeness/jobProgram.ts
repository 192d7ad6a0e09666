/** The likeness job in a process of its own, so that its memory can be seen: `node jobProgram.ts FOLDER COUNT THREADS`. */
import { findLikeness } from "../../src/cli/catalogue/likeness/findLikeness.ts";
import { hashFilesIn } from "../../src/cli/catalogue/likeness/hashFiles.ts";
import { processBytes } from "../processMemory.ts";

export type JobFigures = {
  /** Wall time and CPU time. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly megabytes: number;
  readonly pairs: number;
  /** CPU milliseconds. */
  readonly longestChunk: number;
};

const [folder = "", count = "0", threads = "2"] = process.argv.slice(2);
const started = performance.now();
const { chunks, pairs } = await findLikeness(hashFilesIn(folder, Number(count)), {
  ...{ threads: Number(threads), k: 20, scratch: folder },
  onNeighbours: () => undefined,
});
const { user, system } = process.cpuUsage();
const figures: JobFigures = {
  ms: performance.now() - started,
  cpuMs: (user + system) / 1000,
  megabytes: processBytes("self", "VmHWM") / 2 ** 20,
  pairs,
  longestChunk: Math.max(...chunks),
};
console.log(JSON.stringify(figures));
