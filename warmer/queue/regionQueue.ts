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
};

/** A batch that waits for its other try, and why the first failed. */
type Retry = { readonly batch: PushBatch; readonly reason: string };

/**
 * What waits to be pushed to one region: a queue for each format, and batches to be tried again. It gives out batches
 * of hints that are still young and not pushed yet, and counts what ends here instead. Bounded by the queues' capacity
 * and, for retries, by the number of connections.
 */
export class RegionQueue {
  readonly #context: PushContext;
  readonly #limit: number;
  readonly #queues: readonly HintQueue[];
  readonly #failures: FailureSummary;
  readonly #retries: Retry[] = [];
  readonly #freeBatches: PushBatch[] = [];

  /** @param failures where it says what it gives up of pushes that failed */
  constructor(options: HintQueueOptions, context: PushContext, failures: FailureSummary) {
    this.#context = context;
    this.#failures = failures;
    this.#limit = options.limit;
    this.#queues = FORMATS.map(() => new HintQueue(options));
  }

  /** Hints that wait. */
  get waiting(): number {
    const waiting = this.#queues.reduce((sum, queue) => sum + queue.size, 0);
    return this.#retries.reduce((sum, { batch }) => sum + batch.size, waiting);
  }

  /** Unix ms when a push is due; Infinity when nothing waits. */
  get due(): number {
    if (this.#retries.length > 0) return 0;
    return this.#queues.reduce((first, queue) => Math.min(first, queue.due), Number.POSITIVE_INFINITY);
  }

  /** Queues a hint; gives its queue, which may be due now. */
  add(format: number, path: string, expiry: number, keyLow: number, keyHigh: number, now: number): HintQueue {
    const queue = this.#queues[format] as HintQueue;
    if (queue.add(path, expiry, keyLow, keyHigh, now)) this.#context.counts.overflow++;
    return queue;
  }

  /**
   * The next batch to push: one to be tried again first, then the queue that is due longest. Its keys count as pushed
   * from here on. Undefined when nothing is due; `flushing`: whatever waits is due.
   */
  next(now: number, steady: number, flushing: boolean): PushBatch | undefined {
    return this.#nextRetry(now) ?? this.#gather(now, steady, flushing);
  }

  /** Queues a batch whose push failed, for that reason, for its one other try. */
  retry(batch: PushBatch, reason: string): void {
    batch.attempt = 1;
    this.#retries.push({ batch, reason });
  }

  /** Ends a batch whose hints were answered. */
  release(batch: PushBatch): void {
    batch.clear();
    this.#freeBatches.push(batch);
  }

  /** Ends a batch without a good answer: its paths may be pushed again. */
  fail(batch: PushBatch): void {
    const { counts, keys } = this.#context;
    counts.failed += batch.size;
    for (let i = 0; i < batch.size; i++) keys.remove(batch.keyLow[i] as number, batch.keyHigh[i] as number);
    this.release(batch);
  }

  /** Ends what got old waiting; to be called now and then, for queues no connection comes to. */
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

  /** Ends everything that waits, under the given count. */
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

  /** Takes out of a retry what got too old while it waited; ends it, and gives false, when nothing is left. */
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

  #gather(now: number, steady: number, flushing: boolean): PushBatch | undefined {
    const { keys, counts } = this.#context;
    for (;;) {
      const queue = this.#dueQueue(now, flushing);
      if (queue === undefined) return undefined;
      const batch = this.#freeBatches.pop() ?? new PushBatch();
      batch.format = this.#queues.indexOf(queue);
      while (queue.size > 0 && batch.size < this.#limit) {
        if (queue.headIsExpired(now)) {
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
