/**
 * The job of the queue `LIKENESS`: one chunk of the likeness job, the pictures of a part against those of another. It reads two
 * parts, and writes the pairs. The same message twice writes the same pairs.
 */
import { createMatcher, type Matcher, PAIR_WORDS } from "../catalogue/likeness/matcher.ts";
import {
  type ChunkOrder,
  doneKey,
  numberedPairs,
  PIECE_PAIRS,
  parseChunkOrder,
  partKey,
  pieceKey,
  readPartBytes,
} from "../catalogue/likeness/platform.ts";
import module from "../catalogue/likeness/wasm/match.wasm";
import { jobCaller } from "../context/caller.ts";
import type { QueueJob } from "./queueJob.ts";

/** One an isolate. It keeps its memory. */
let matcher: Matcher | undefined;

/** A message whose parts are gone is dropped: its job has ended. Throws what the bucket throws: then it comes again. */
export const likeness: QueueJob<ChunkOrder> = {
  parse: parseChunkOrder,
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  retrySeconds: 30,
  // The engine's slot: matcher and decoders do not hold their memory at the same time.
  run: (order, { bindings, state, config }, _, { priority }) =>
    state.renderSlot(config).run(1, priority, () => runChunk(order, bindings.R2_PRIMARY)),
};

async function runChunk(order: ChunkOrder, bucket: R2Bucket): Promise<void> {
  const { job, size, a, b } = order;
  if ((await bucket.head(doneKey(job, order))) !== null) return;
  const read = async (part: number) => {
    const object = await bucket.get(partKey(job, part));
    return object === null ? null : readPartBytes(new Uint8Array(await object.arrayBuffer()));
  };
  const first = await read(a);
  const second = a === b ? null : await read(b);
  if (first === null || (a !== b && second === null)) return;
  matcher ??= createMatcher(module);
  let [pieces, pairs, words] = [0, 0, 0];
  let batches: Uint32Array<ArrayBuffer>[] = [];
  const flush = async () => {
    await bucket.put(pieceKey(job, order, pieces++), new Blob(batches));
    [batches, words] = [[], 0];
  };
  for (const batch of matcher.pairs(first, second)) {
    batches.push(numberedPairs(batch, order, size));
    words += batch.length;
    pairs += batch.length / PAIR_WORDS;
    if (words >= PAIR_WORDS * PIECE_PAIRS) await flush();
  }
  if (words > 0) await flush();
  await bucket.put(doneKey(job, order), JSON.stringify({ pieces, pairs }));
}
