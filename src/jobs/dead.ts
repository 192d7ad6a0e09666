/** The job of the dead-letter queue of the catalogue: a chunk that no consumer could finish is written down as failed. */
import type { Report } from "../catalogue/feed/port.ts";
import type { ManifestRow } from "../catalogue/manifestRow.ts";
import type { Outcome } from "../catalogue/outcome.ts";
import { jobCaller } from "../context/caller.ts";
import { readChunk, writeChunk } from "./catalogue/chunkLog.ts";
import { type ChunkOrder, countsOf, feedOf, feedSettings, parseChunk, poisoned, readRows, upTo } from "./catalogue.ts";
import type { QueueJob } from "./queueJob.ts";

/** Deliveries of the dead-letter queue count on from those of the other one, so that the feed takes them for newer. */
const LATER = 1_000;

/** With fewer attempts it was our own stores that failed: the chunk goes back to the feed, which sends it again. */
const ATTEMPTS = 5;

const NOTHING = {
  ...{ counts: {}, reasons: {}, bytesIn: 0, bytesStored: 0, operations: {} },
  ...{ elapsedMs: 0, lastStartMs: null, trouble: null },
} as const satisfies Partial<Report>;

/** What the log has of the chunk stays. Throws what stores and feed throw: the queue then sends the message again. */
export const dead: QueueJob<ChunkOrder> = {
  parse: (body, delivery) => parseChunk(body, delivery + LATER),
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  retrySeconds: 60,
  async run(order, app) {
    const begun = await feedOf(app, order).begin(order, order.delivery, feedSettings(app, order.shard));
    if (!begun.go) return;
    const { work } = begun;
    const { from, to } = work;
    if (work.attempt < ATTEMPTS) {
      const trouble = { kind: "stores", reason: null, waitMs: null } as const;
      await feedOf(app, order).report(order, { ...NOTHING, from, to, upTo: from, trouble });
      return;
    }
    const place = { run: order.run, host16: order.host16, part: work.part, from: work.from };
    const bucket = app.bindings.R2_PRIMARY;
    const earlier = await readChunk(bucket, place, work.cutFrom);
    const logged = earlier ?? (await writeChunk(bucket, place, (await readRows(place, work, app)).map(given)));
    const { outcomes, upTo: end } = upTo(logged, to);
    const operations = { r2Read: 2, r2Write: 1 };
    await feedOf(app, order).report(order, { ...NOTHING, from, to, upTo: end, ...countsOf(outcomes), operations });

    function given(row: ManifestRow): Outcome {
      return poisoned(row, work, app);
    }
  },
};
