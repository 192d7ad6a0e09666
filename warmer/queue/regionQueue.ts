import type { Clock } from "../clock.ts";
import { FORMATS } from "../hint/protocol.ts";
import type { Counts } from "../observe/counts.ts";
import type { Failures, Log } from "../observe/log.ts";
import type { RecentKeys } from "./dedupTable.ts";
import { Lane, type LaneOptions } from "./hintQueue.ts";
import { Batch } from "./pushBatch.ts";

/** What all regions share. */
export type PushContext = {
  readonly keys: RecentKeys;
  readonly counts: Counts;
  readonly clock: Clock;
  readonly log: Log;
};

/** A batch that waits for its other try, and why the first failed. */
type Retry = { readonly batch: Batch; readonly reason: string };

/**
 * What waits to be pushed to one region: a lane for each format, and batches to be tried again. It gives out batches
 * of hints that are still young and not pushed yet, and counts what ends here instead. Bounded by the lanes' capacity
 * and, for retries, by the number of connections.
 */
export class Outbox {
  readonly #context: PushContext;
  readonly #limit: number;
  readonly #lanes: readonly Lane[];
  readonly #failures: Failures;
  readonly #retries: Retry[] = [];
  readonly #spare: Batch[] = [];

  /** @param failures where it says what it gives up of pushes that failed */
  constructor(options: LaneOptions, context: PushContext, failures: Failures) {
    this.#context = context;
    this.#failures = failures;
    this.#limit = options.limit;
    this.#lanes = FORMATS.map(() => new Lane(options));
  }

  /** Hints that wait. */
  get waiting(): number {
    const waiting = this.#lanes.reduce((sum, lane) => sum + lane.size, 0);
    return this.#retries.reduce((sum, { batch }) => sum + batch.size, waiting);
  }

  /** Unix ms when a push is due; Infinity when nothing waits. */
  get due(): number {
    if (this.#retries.length > 0) return 0;
    return this.#lanes.reduce((first, lane) => Math.min(first, lane.due), Number.POSITIVE_INFINITY);
  }

  /** Queues a hint; gives its lane, which may be due now. */
  add(format: number, path: string, expiry: number, lane1: number, lane2: number, now: number): Lane {
    const lane = this.#lanes[format] as Lane;
    if (lane.add(path, expiry, lane1, lane2, now)) this.#context.counts.overflow++;
    return lane;
  }

  /**
   * The next batch to push: one to be tried again first, then the lane that is due longest. Its keys count as pushed
   * from here on. Undefined when nothing is due; `anything`: whatever waits is due.
   */
  next(now: number, steady: number, anything: boolean): Batch | undefined {
    return this.#nextRetry(now) ?? this.#gather(now, steady, anything);
  }

  /** Queues a batch whose push failed, for that reason, for its one other try. */
  retry(batch: Batch, reason: string): void {
    batch.attempt = 1;
    this.#retries.push({ batch, reason });
  }

  /** Ends a batch whose hints were answered. */
  settle(batch: Batch): void {
    batch.clear();
    this.#spare.push(batch);
  }

  /** Ends a batch without a good answer: its paths may be pushed again. */
  fail(batch: Batch): void {
    const { counts, keys } = this.#context;
    counts.failed += batch.size;
    for (let i = 0; i < batch.size; i++) keys.remove(batch.lane1[i] as number, batch.lane2[i] as number);
    this.settle(batch);
  }

  /** Ends what got old waiting; to be called now and then, for lanes no connection comes to. */
  dropOld(now: number): void {
    for (const retry of this.#retries.splice(0)) if (this.#mayWin(retry, now)) this.#retries.push(retry);
    for (const lane of this.#lanes) {
      if (!lane.headIsOld(now)) continue;
      while (lane.headIsOld(now)) {
        lane.dropHead();
        this.#context.counts.oldAtPush++;
      }
      lane.updateDue();
    }
  }

  /** Ends everything that waits, under the given count. */
  shed(as: "regionDown" | "failed"): void {
    for (const { batch, reason } of this.#retries.splice(0)) {
      this.#failures.giveUp(`not tried again after ${reason}`, batch.size);
      this.fail(batch);
    }
    for (const lane of this.#lanes) {
      this.#context.counts[as] += lane.size;
      lane.clear();
    }
  }

  #nextRetry(now: number): Batch | undefined {
    for (;;) {
      const retry = this.#retries.shift();
      if (retry === undefined) return undefined;
      if (!this.#mayWin(retry, now)) continue;
      this.#context.counts.retries++;
      return retry.batch;
    }
  }

  /** Takes out of a retry what got too old while it waited; ends it, and gives false, when nothing is left. */
  #mayWin({ batch, reason }: Retry, now: number): boolean {
    const { counts, keys } = this.#context;
    const late = batch.dropExpired(now, keys);
    if (late > 0) {
      counts.failed += late;
      this.#failures.giveUp(`too old to be tried again after ${reason}`, late);
    }
    if (batch.size === 0) this.settle(batch);
    return batch.size > 0;
  }

  #gather(now: number, steady: number, anything: boolean): Batch | undefined {
    const { keys, counts } = this.#context;
    for (;;) {
      const lane = this.#dueLane(now, anything);
      if (lane === undefined) return undefined;
      const batch = this.#spare.pop() ?? new Batch();
      batch.format = this.#lanes.indexOf(lane);
      while (lane.size > 0 && batch.size < this.#limit) {
        if (lane.headIsOld(now)) {
          counts.oldAtPush++;
          lane.dropHead();
        } else if (lane.rememberHead(keys, steady)) lane.moveHead(batch);
        else {
          counts.duplicate++;
          lane.dropHead();
        }
      }
      lane.updateDue();
      if (batch.size > 0) return batch;
      this.settle(batch);
    }
  }

  #dueLane(now: number, anything: boolean): Lane | undefined {
    let first: Lane | undefined;
    for (const lane of this.#lanes) {
      if ((anything ? lane.size > 0 : lane.isDue(now)) && lane.due < (first?.due ?? Number.POSITIVE_INFINITY)) {
        first = lane;
      }
    }
    return first;
  }
}
