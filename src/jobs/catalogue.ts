/**
 * The job of the queue `CATALOGUE`: a chunk of up to 100 pictures of one host. The feed says whether the chunk is still to
 * be done, and how fast; its outcomes are in the log before the feed hears of them.
 */
import {
  type ChunkMessage,
  type FeedSettings,
  parseChunkMessage,
  type Report,
  type Trouble,
  type Work,
} from "../catalogue/feed/port.ts";
import type { ManifestRow } from "../catalogue/manifestRow.ts";
import type { Outcome } from "../catalogue/outcome.ts";
import { partKey, rowsOf } from "../catalogue/part.ts";
import { addOperations, type Operations } from "../catalogue/prices.ts";
import { BadRecord } from "../catalogue/record.ts";
import type { App } from "../context/app.ts";
import { type Caller, jobCaller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { type ChunkPlace, type Logged, project, readChunk, writeChunk } from "./catalogue/chunkLog.ts";
import { failedOutcome } from "./catalogue/outcomes.ts";
import { Pacer } from "./catalogue/pacer.ts";
import { makePicture, type Spent } from "./catalogue/picture.ts";
import { workRows } from "./catalogue/rows.ts";
import type { QueueJob } from "./queueJob.ts";

export type ChunkOrder = ChunkMessage & { readonly delivery: number };

/** A chunk whose outcomes no database takes is reported after so many attempts all the same: the log has them. */
const PROJECTION_ATTEMPTS = 20;

export const catalogue: QueueJob<ChunkOrder> = {
  parse: parseChunk,
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  parallel: true,
  // The feed sends again what is not reported; the queue only tries when the feed cannot be reached.
  retrySeconds: 10,
  async run(order, app, caller, job) {
    const begun = await feedOf(app, order).begin(order, order.delivery, feedSettings(app, order.shard));
    if (!begun.go) return;
    job.trace.sourceHost = begun.work.host;
    const started = app.now();
    const report = await workChunk(order, begun.work, app, caller, job);
    await feedOf(app, order).report(order, { ...report, elapsedMs: app.now() - started });
  },
};

export function parseChunk(body: unknown, delivery: number): ChunkOrder | null {
  const message = parseChunkMessage(body);
  return message === null ? null : { ...message, delivery };
}

export function feedOf({ bindings }: Pick<App, "bindings">, { shard }: Pick<ChunkMessage, "shard">) {
  const { CATALOGUE_FEED } = bindings;
  return CATALOGUE_FEED.get(CATALOGUE_FEED.idFromName(String(shard)));
}

export function feedSettings({ config }: Pick<App, "config">, shard: number): FeedSettings {
  const { politeness, catalogueChunkSeconds: chunkSeconds, catalogueLeaseSeconds: leaseSeconds } = config;
  return { shard, politeness, chunkSeconds, leaseSeconds };
}

async function workChunk(order: ChunkOrder, work: Work, app: App, caller: Caller, job: Job): Promise<Report> {
  const place: ChunkPlace = { run: order.run, host16: order.host16, part: work.part, from: work.from };
  let spent: Spent = { bytesIn: 0, bytesStored: 0, operations: { r2Read: 1, kvRead: 1 } };
  const spend = (more: Spent) => {
    spent = {
      bytesIn: spent.bytesIn + more.bytesIn,
      bytesStored: spent.bytesStored + more.bytesStored,
      operations: addOperations(spent.operations, more.operations),
    };
  };
  const took = (operations: Operations) => spend({ bytesIn: 0, bytesStored: 0, operations });
  const pacer = new Pacer(work.perSecond, work.startInMs, app.now);
  const endsAt = app.now() + work.leaseMs;
  let done: Logged = { outcomes: [], upTo: work.from };
  let trouble: Trouble | null = null;
  try {
    const isRepeated = work.attempt > 1 || order.delivery > 1;
    const earlier = isRepeated ? await readChunk(app.bindings.R2_PRIMARY, place, work.cutFrom) : null;
    if (isRepeated) took({ r2Read: 1 + work.cutFrom.length });
    if (earlier !== null) done = upTo(earlier, work.to);
    else {
      const rows = await readRows(place, work, app);
      const worked = work.poison
        ? { outcomes: rows.map((row) => poisoned(row, work, app)), trouble: null }
        : await workRows({
            ...{ rows, work, now: app.now, nextMs: () => pacer.nextMs, sleep },
            attempt: (row, tries, last) =>
              makePicture({ row, work, endsAt, tries, last, repeated: isRepeated }, pacer, app, caller, job, spend),
          });
      const isOver = app.now() >= endsAt;
      // Too slow. That says nothing of the host or of our stores.
      trouble = isOver ? null : worked.trouble;
      if (worked.outcomes.length > 0 && !isOver) {
        done = upTo(await writeChunk(app.bindings.R2_PRIMARY, place, worked.outcomes), work.to);
        took({ r2Write: 1 });
      }
    }
    took(await projected(done.outcomes, work, app));
  } catch (error) {
    // Rows that are in the log already are found there by the next attempt.
    console.error(JSON.stringify({ msg: "catalogue: stores", host16: order.host16, error: String(error) }));
    done = { outcomes: [], upTo: work.from };
    trouble = { kind: error instanceof BadRecord ? "damaged" : "stores", reason: null, waitMs: null };
  }
  const { counts, reasons } = countsOf(done.outcomes);
  const { bytesIn, bytesStored, operations } = spent;
  // Of databases, and of the governors of its pictures, which have no lines of their own. All else is metered.
  job.trace.usage = { rowsWritten: (operations.d1RowWritten ?? 0) + (operations.objectRowWritten ?? 0) };
  const { from, to } = work;
  return {
    ...{ from, to, upTo: done.upTo, counts, reasons, bytesIn, bytesStored, operations, elapsedMs: 0, trouble },
    lastStartMs: pacer.lastStartMs,
  };
}

async function projected(outcomes: readonly Outcome[], { attempt }: Work, { bindings }: App): Promise<Operations> {
  try {
    return await project(bindings, outcomes);
  } catch (error) {
    if (attempt < PROJECTION_ATTEMPTS) throw error;
    console.error(
      JSON.stringify({ msg: "catalogue: rows without projection", rows: outcomes.length, error: String(error) }),
    );
    return {};
  }
}

export async function readRows(
  { run, host16, part }: ChunkPlace,
  { from, to, range }: Pick<Work, "from" | "to" | "range">,
  { bindings }: Pick<App, "bindings">,
): Promise<readonly ManifestRow[]> {
  const object = await bindings.R2_PRIMARY.get(partKey(run, host16, part), { range });
  if (object === null) throw new Error(`there is no part ${partKey(run, host16, part)}`);
  return rowsOf(new Uint8Array(await object.arrayBuffer()), from, to);
}

/** The log may know more rows than the lease has now, where the lease was divided since. */
export function upTo({ outcomes, upTo: end }: Logged, to: number): Logged {
  return end <= to ? { outcomes, upTo: end } : { outcomes: outcomes.slice(0, outcomes.length - (end - to)), upTo: to };
}

export function poisoned(row: ManifestRow, { attempt }: Pick<Work, "attempt">, { now }: Pick<App, "now">): Outcome {
  return failedOutcome(row, "failed", { reason: "internal" }, null, {
    source: "",
    checkedAt: now(),
    attempts: attempt,
  });
}

export function countsOf(outcomes: readonly Outcome[]): Pick<Report, "counts" | "reasons"> {
  const counts: { -readonly [K in keyof Report["counts"]]: number } = {};
  const reasons: { -readonly [K in keyof Report["reasons"]]: number } = {};
  for (const { status, reason } of outcomes) {
    counts[status] = (counts[status] ?? 0) + 1;
    if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return { counts, reasons };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
