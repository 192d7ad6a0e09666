/** A thread of the likeness job. It gets chunks, and sends their pairs, then the CPU time that each chunk took. */
import { parentPort, workerData } from "node:worker_threads";
import type { Chunk } from "../../../catalogue/likeness/platform.ts";
import type { HashFiles } from "./hashFiles.ts";
import { loadMatcher, matchChunk } from "./matchChunk.ts";

export type ThreadMessage =
  | { readonly kind: "pairs"; readonly pairs: Uint32Array<ArrayBuffer> }
  /** `cpu`: milliseconds. */
  | { readonly kind: "done"; readonly cpu: number };

/** `waiting`: batches of pairs that were sent and are not used yet. */
const { files, waiting } = workerData as { readonly files: HashFiles; readonly waiting: Int32Array<SharedArrayBuffer> };
/** Batches of 0.8 MB. A family of copies gives pairs faster than they can be written. */
const MOST_WAITING = 8;
const matcher = loadMatcher();
const port = parentPort;
if (port === null) throw new Error("this file runs in a worker thread");

port.on("message", (chunk: Chunk) => {
  const send = (message: ThreadMessage, ...moved: readonly ArrayBuffer[]) => port.postMessage(message, [...moved]);
  const started = process.threadCpuUsage();
  for (const pairs of matchChunk(matcher, files, chunk)) {
    for (let now = Atomics.load(waiting, 0); now >= MOST_WAITING; now = Atomics.load(waiting, 0)) {
      Atomics.wait(waiting, 0, now);
    }
    Atomics.add(waiting, 0, 1);
    send({ kind: "pairs", pairs }, pairs.buffer);
  }
  const { user, system } = process.threadCpuUsage(started);
  send({ kind: "done", cpu: (user + system) / 1000 });
});
