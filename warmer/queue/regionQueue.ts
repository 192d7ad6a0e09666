import type { Clock } from "../clock.ts";
import { FORMATS } from "../hint/protocol.ts";
import type { Counts } from "../observe/counts.ts";
import type { FailureSummary, Log } from "../observe/log.ts";
import type { DedupTable } from "./dedupTable.ts";
import { HintQueue, type HintQueueOptions } from "./hintQueue.ts";
import { PushBatch } from "./pushBatch.ts";

/** What all regions share. */
export type PushContext = {
  readonly keys: DedupTable;
  readonly counts: Counts;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of the version of the Worker's map of the regions (`GET /regions`), by each answer. */
  readonly onMapVersion?: ((version: number, url: URL) => void) | undefined;
};

/** A push has one format, and its region was named either by the fixed table or by the map of the regions. */
export const PUSH_KINDS = 2 * FORMATS.length;

/**
 * The most hints of a push that the edge brings to two regions. An invocation has six connections, and each picture takes
 * two of them for the time of an ocean. What does not fit would leave only after that.
 */
const TWO_REGIONS_LIMIT = 3;

/** A batch that waits for its retry, and why the first try failed. */
type Retry = { readonly batch: PushBatch; readonly reason: string };

/**
 * Everything that waits to be pushed to one region: one queue per kind of push, and batches to retry. It returns batches of
 * hints that are fresh and not pushed yet. Hints that end here are counted. It is bounded by the capacity of the
 * queues, and for retries by the number of connections.
 */
export class RegionQueue {
  readonly #context: PushContext;
  readonly #options: HintQueueOptions;
  readonly #queues: readonly HintQueue[];
  readonly #failures: FailureSummary;
  readonly #retries: Retry[] = [];
  readonly #freeBatches: PushBatch[] = [];

  /** @param failures records the hints of failed pushes that are given up */
  constructor(options: HintQueueOptions, context: PushContext, failures: FailureSummary) {
    this.#context = context;
    this.#failures = failures;
    this.#options = options;
    this.#queues = Array.from({ length: PUSH_KINDS }, () => new HintQueue(options));
  }

  /** Hints that wait. */
  get waiting(): number {
    const waiting = this.#queues.reduce((sum, queue) => sum + queue.size, 0);
    return this.#retries.reduce((sum, { batch }) => sum + batch.size, waiting);
  }

  /** When a push is due, unix ms. Infinity while nothing waits. */
  get due(): number {
    if (this.#retries.length > 0) return 0;
    return this.#queues.reduce((first, queue) => Math.min(first, queue.due), Number.POSITIVE_INFINITY);
  }

  /** Whether the edge brings pushes by the fixed table to two regions: then fewer pictures fit into one. */
  useTwoRegions(two: boolean): void {
    const limit = two ? Math.min(this.#options.limit, TWO_REGIONS_LIMIT) : this.#options.limit;
    for (const queue of this.#queues.slice(0, FORMATS.length)) queue.limit = limit;
  }

  /** Adds a hint. Returns its queue, which may be due now. */
  add(format: number, path: string, expiry: number, keyLow: number, keyHigh: number, now: number): HintQueue {
    const queue = this.#queues[format] as HintQueue;
    if (queue.add(path, expiry, keyLow, keyHigh, now)) this.#context.counts.overflow++;
    return queue;
  }

  /**
   * The next batch to push: a retry first, then the queue that is due for the longest time. From now on its keys count
   * as pushed. Undefined if nothing is due.
   * @param flushing everything that waits is due
   * @param marginMs what a hint must have left of its age limit. One with less is dropped
   */
  next(now: number, steady: number, flushing: boolean, marginMs = 0): PushBatch | undefined {
    return this.#nextRetry(now + marginMs) ?? this.#gather(now, steady, flushing, marginMs);
  }

  /** Adds a batch whose push failed for the given reason. It is retried once. */
  retry(batch: PushBatch, reason: string): void {
    batch.attempt = 1;
    this.#retries.push({ batch, reason });
  }

  /** Ends a batch that has its response. The batch is reused. */
  release(batch: PushBatch): void {
    batch.clear();
    this.#freeBatches.push(batch);
  }

  /** Ends a batch that failed. Its paths may be pushed again. */
  fail(batch: PushBatch): void {
    const { counts, keys } = this.#context;
    counts.failed += batch.size;
    for (let i = 0; i < batch.size; i++) keys.remove(batch.keyLow[i] as number, batch.keyHigh[i] as number);
    this.release(batch);
  }

  /**
   * Drops what became too old while it waited. Call it regularly: a queue without a free connection drops nothing by
   * itself.
   */
  dropExpired(now: number): void {
    for (const retry of this.#retries.splice(0)) if (this.#dropExpired(retry, now)) this.#retries.push(retry);
    for (const queue of this.#queues) {
      if (!queue.headIsExpired(now)) continue;
      while (queue.headIsExpired(now)) {
        queue.dropHead();
        this.#context.counts.oldAtPush++;
      }
      queue.updateDue();
    }
  }

  /** Drops everything that waits, and counts it under the given name. */
  shed(as: "regionDown" | "failed"): void {
    for (const { batch, reason } of this.#retries.splice(0)) {
      this.#failures.giveUp(`not tried again after ${reason}`, batch.size);
      this.fail(batch);
    }
    for (const queue of this.#queues) {
      this.#context.counts[as] += queue.size;
      queue.clear();
    }
  }

  #nextRetry(now: number): PushBatch | undefined {
    for (;;) {
      const retry = this.#retries.shift();
      if (retry === undefined) return undefined;
      if (!this.#dropExpired(retry, now)) continue;
      this.#context.counts.retries++;
      return retry.batch;
    }
  }

  /**
   * Removes the hints of a retry that became too old while it waited. If none is left, it ends the batch and returns
   * false.
   */
  #dropExpired({ batch, reason }: Retry, now: number): boolean {
    const { counts, keys } = this.#context;
    const late = batch.dropExpired(now, keys);
    if (late > 0) {
      counts.failed += late;
      this.#failures.giveUp(`too old to be tried again after ${reason}`, late);
    }
    if (batch.size === 0) this.release(batch);
    return batch.size > 0;
  }

  #gather(now: number, steady: number, flushing: boolean, marginMs: number): PushBatch | undefined {
    const { keys, counts } = this.#context;
    for (;;) {
      const queue = this.#dueQueue(now, flushing);
      if (queue === undefined) return undefined;
      const batch = this.#freeBatches.pop() ?? new PushBatch();
      batch.format = this.#queues.indexOf(queue);
      while (queue.size > 0 && batch.size < queue.limit) {
        if (queue.headIsExpired(now, marginMs)) {
          counts.oldAtPush++;
          queue.dropHead();
        } else if (queue.insertHeadKey(keys, steady)) queue.moveHead(batch);
        else {
          counts.duplicate++;
          queue.dropHead();
        }
      }
      queue.updateDue();
      if (batch.size > 0) return batch;
      this.release(batch);
    }
  }

  #dueQueue(now: number, flushing: boolean): HintQueue | undefined {
    let first: HintQueue | undefined;
    for (const queue of this.#queues) {
      if ((flushing ? queue.size > 0 : queue.isDue(now)) && queue.due < (first?.due ?? Number.POSITIVE_INFINITY)) {
        first = queue;
      }
    }
    return first;
  }
}
