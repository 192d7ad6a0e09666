/** Compares all parts with each other, on several threads. */
import { Worker } from "node:worker_threads";
import { chunksOf } from "../../../catalogue/likeness/platform.ts";
import { type HashFiles, partCount } from "./hashFiles.ts";
import type { ThreadMessage } from "./matchThread.ts";

export type MatchOptions = {
  readonly threads: number;
  /** Gets the pairs by number, three words each (matchChunk.ts), in no order. */
  readonly onPairs: (pairs: Uint32Array) => void;
  readonly onChunk?: (done: number, all: number) => void;
};

/** Gives the CPU time of each chunk in milliseconds. Rejects with what a thread throws. */
export async function matchFiles(files: HashFiles, options: MatchOptions): Promise<readonly number[]> {
  const chunks = chunksOf(partCount(files));
  const times: number[] = [];
  let next = 0;
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const waiting = new Int32Array(new SharedArrayBuffer(4));
      const thread = new Worker(new URL("./matchThread.ts", import.meta.url), { workerData: { files, waiting } });
      const feed = () => {
        const chunk = chunks[next++];
        if (chunk === undefined) thread.terminate().then(() => resolve(), reject);
        else thread.postMessage(chunk);
      };
      thread.on("error", reject);
      thread.on("message", (message: ThreadMessage) => {
        if (message.kind === "pairs") {
          options.onPairs(message.pairs);
          Atomics.sub(waiting, 0, 1);
          Atomics.notify(waiting, 0);
          return;
        }
        times.push(message.cpu);
        options.onChunk?.(times.length, chunks.length);
        feed();
      });
      feed();
    });
  await Promise.all(Array.from({ length: Math.min(options.threads, chunks.length) }, run));
  return times;
}
