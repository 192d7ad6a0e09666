/** A thread of the likeness job. It gets chunks, and sends their pairs, then the CPU time that each chunk took. */
import { parentPort, workerData } from "node:worker_threads";
import type { HashFiles } from "./hashFiles.ts";
import { type Chunk, loadMatcher, matchChunk } from "./matchChunk.ts";

export type ThreadMessage =
  | { readonly kind: "pairs"; readonly pairs: Uint32Array<ArrayBuffer> }
  /** `cpu`: milliseconds. */
  | { readonly kind: "done"; readonly cpu: number };

const files = workerData as HashFiles;
const matcher = loadMatcher();
const port = parentPort;
if (port === null) throw new Error("this file runs in a worker thread");

port.on("message", (chunk: Chunk) => {
  const send = (message: ThreadMessage, ...moved: readonly ArrayBuffer[]) => port.postMessage(message, [...moved]);
  const started = process.threadCpuUsage();
  for (const pairs of matchChunk(matcher, files, chunk)) send({ kind: "pairs", pairs }, pairs.buffer);
  const { user, system } = process.threadCpuUsage(started);
  send({ kind: "done", cpu: (user + system) / 1000 });
});
