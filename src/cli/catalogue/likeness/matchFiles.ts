/** Compares all parts with each other, on several threads. */
import { Worker } from "node:worker_threads";
import { type HashFiles, partCount } from "./hashFiles.ts";
import type { Chunk } from "./matchChunk.ts";
import type { ThreadMessage } from "./matchThread.ts";

export type MatchOptions = {
  readonly threads: number;
  /** Gets the pairs by number, three words each (matchChunk.ts), in no order. */
  readonly onPairs: (pairs: Uint32Array) => void;
  readonly onChunk?: (done: number, all: number) => void;
};

/** Gives the CPU time of each chunk in milliseconds. Rejects with what a thread throws. */
export async function matchFiles(files: HashFiles, options: MatchOptions): Promise<readonly number[]> {
  const parts = partCount(files);
  const chunks: Chunk[] = [];
  for (let a = 0; a < parts; a++) for (let b = a; b < parts; b++) chunks.push({ a, b });
  const times: number[] = [];
  let next = 0;
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(new URL("./matchThread.ts", import.meta.url), { workerData: files });
      const feed = () => {
        const chunk = chunks[next++];
        if (chunk === undefined) thread.terminate().then(() => resolve(), reject);
        else thread.postMessage(chunk);
      };
      thread.on("error", reject);
      thread.on("message", (message: ThreadMessage) => {
        if (message.kind === "pairs") return options.onPairs(message.pairs);
        times.push(message.cpu);
        options.onChunk?.(times.length, chunks.length);
        feed();
      });
      feed();
    });
  await Promise.all(Array.from({ length: Math.min(options.threads, chunks.length) }, run));
  return times;
}
