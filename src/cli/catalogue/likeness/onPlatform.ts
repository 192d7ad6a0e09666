/**
 * Has the pairs found by the Worker's queue: puts the parts into the primary bucket, orders the chunks, waits for them, and reads
 * their pairs. The job's name comes from the hashes, so a call that was killed goes on where it stopped.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Chunk,
  chunksOf,
  doneKey,
  donePrefix,
  jobPrefix,
  PLATFORM_PICTURES,
  partBytes,
  partKey,
  partPrefix,
  pieceKey,
  readChunkDone,
} from "../../../catalogue/likeness/platform.ts";
import { callSigned, type SignedCall } from "../../signedCall.ts";
import { Unavailable } from "../failure.ts";
import type { MatchAll } from "./findLikeness.ts";
import { type HashFiles, partCount, readPart } from "./hashFiles.ts";
import type { JobBucket } from "./jobBucket.ts";

const DOOR = { path: "/likeness", variable: "CATALOGUE_SECRET" } as const;
const STEP = 1_000;
/** Rounds of orders without a chunk that was done in between. */
const MOST_ROUNDS = 3;

export type Platform = {
  readonly bucket: JobBucket;
  readonly call: SignedCall;
  /** Pictures of a part. */
  readonly size?: number;
  /** Milliseconds between two looks, and until chunks that are not done are ordered again. */
  readonly times?: { readonly look: number; readonly again: number };
};

/** The pairs are those of `matchFiles`. Rejects with Unavailable when chunks are not done, and with what the stores throw. */
export function onPlatform({
  bucket,
  call,
  size = PLATFORM_PICTURES,
  times = { look: 3_000, again: 300_000 },
}: Platform): MatchAll {
  return async (files, { onPairs, onChunk }) => {
    const job = await nameOf(files, size);
    const chunks = chunksOf(partCount(files, size));
    await putParts(files, job);
    await finish(job, chunks, onChunk ?? (() => undefined));
    for (const chunk of chunks) await readPairs(job, chunk, onPairs);
    // The parts first: a message that comes late finds none, and writes nothing that would count as done in the next run.
    await bucket.deleteAll(partPrefix(job));
    await bucket.deleteAll(jobPrefix(job));
    return [];
  };

  async function putParts(files: HashFiles, job: string): Promise<void> {
    const there = new Set(await bucket.keys(partPrefix(job)));
    for (let part = 0; part < partCount(files, size); part++) {
      const key = partKey(job, part);
      if (!there.has(key)) await bucket.put(key, partBytes(readPart(files, part, size)));
    }
  }

  async function finish(job: string, chunks: readonly Chunk[], onChunk: (done: number, all: number) => void) {
    let [known, orderedAt, rounds] = [-1, Number.NEGATIVE_INFINITY, 0];
    for (;;) {
      const done = new Set(await bucket.keys(donePrefix(job)));
      const missing = chunks.filter((chunk) => !done.has(doneKey(job, chunk)));
      onChunk(chunks.length - missing.length, chunks.length);
      if (missing.length === 0) return;
      // As long as chunks are done, the queue is at work.
      if (missing.length !== known && known >= 0) [orderedAt, rounds] = [performance.now(), 1];
      known = missing.length;
      if (performance.now() - orderedAt >= times.again) {
        if (rounds++ === MOST_ROUNDS) {
          throw new Unavailable(
            `${missing.length} of ${chunks.length} chunks were ordered ${MOST_ROUNDS} times, and not done`,
          );
        }
        await order(job, missing);
        orderedAt = performance.now();
      }
      await wait(times.look, undefined, { signal: call.signal });
    }
  }

  async function order(job: string, missing: readonly Chunk[]): Promise<void> {
    for (let at = 0; at < missing.length; at += STEP) {
      const some = missing.slice(at, at + STEP);
      await callSigned(
        { job, size, chunks: some },
        DOOR,
        call,
        ({ accepted }) => accepted === some.length || undefined,
      );
    }
  }

  async function readPairs(job: string, chunk: Chunk, onPairs: (pairs: Uint32Array) => void): Promise<void> {
    const { pieces } = readChunkDone(new TextDecoder().decode(await bucket.get(doneKey(job, chunk))));
    for (let piece = 0; piece < pieces; piece++) {
      const bytes = await bucket.get(pieceKey(job, chunk, piece));
      onPairs(new Uint32Array(bytes.slice().buffer));
    }
  }
}

/** 16 hex digits of the hashes and the size of a part. */
async function nameOf({ dhash, pdq, count }: HashFiles, size: number): Promise<string> {
  const hash = createHash("sha256").update(`${count} ${size} `);
  for (const file of [dhash, pdq]) for await (const bytes of createReadStream(file)) hash.update(bytes);
  return hash.digest("hex").slice(0, 16);
}
