import { FailureSummary } from "../observe/log.ts";
import type { HintQueueOptions } from "../queue/hintQueue.ts";
import type { PushBatch } from "../queue/pushBatch.ts";
import { type PushContext, RegionQueue } from "../queue/regionQueue.ts";
import { CircuitBreaker, REGION_BREAKER } from "./circuitBreaker.ts";
import { type OpenPool, openConnectionPool, type Pool } from "./connectionPool.ts";
import { isAccepted, type PushResponse } from "./httpCodec.ts";
import { PushesInFlight } from "./inFlight/pushesInFlight.ts";
import { type PushRequestBuilder, pushBuilders } from "./pushRequest.ts";
import type { Endpoint } from "./socket.ts";

export type PushOptions = Endpoint & {
  readonly region: string;
  /** `WARM_SECRET`. Null sends pushes unsigned. */
  readonly secret: string | null;
  readonly deadlineMs: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly queue: HintQueueOptions;
  readonly random: () => number;
};

/**
 * Pushes the hints of one region. It sends full or due batches over free connections as fast as the edge takes them,
 * handles the responses, retries once if there is time, and pauses while the circuit breaker is open. Everything is
 * bounded: waiting hints by the queue, requests in flight by the pace and by WARM_CONNECTIONS. Regions share only the
 * dedup table, so a dead region does not affect the others.
 */
export class RegionPusher {
  readonly region: string;
  readonly #context: PushContext;
  readonly #queue: RegionQueue;
  readonly #options: PushOptions;
  #requests: readonly PushRequestBuilder[];
  readonly #pool: Pool;
  readonly #breaker = new CircuitBreaker(REGION_BREAKER);
  readonly #failures = new FailureSummary();
  readonly #flight: PushesInFlight;
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #flushing = false;
  #stopped = false;

  constructor(options: PushOptions, context: PushContext, openPool: OpenPool = openConnectionPool) {
    this.region = options.region;
    this.#context = context;
    const { region, connections, deadlineMs } = options;
    const pace = { connections, deadlineMs, batch: options.queue.limit, maxAgeMs: options.queue.maxAgeMs };
    this.#flight = new PushesInFlight(region, pace, context, (version) => context.onMapVersion?.(version, options.url));
    this.#queue = new RegionQueue(options.queue, context, this.#failures);
    this.#options = options;
    this.#requests = pushBuilders(options, 0);
    const events = {
      opened: () => {
        this.#breaker.allowTrial(context.clock.steady());
        this.#sendDue();
      },
      changed: () => this.#sendDue(),
      partial: (batch: PushBatch, status: number, piece: string) => this.#onPartial(batch, status, piece),
      answered: (batch: PushBatch, response: PushResponse) => this.#onResponse(batch, response),
      lost: (batches: readonly PushBatch[], reason: string) => this.#onLost(batches, reason),
    };
    this.#pool = openPool(options, events, () => context.clock.steady());
  }

  /** Hints in flight: without an answer, or accepted and not finished. */
  get inFlight(): number {
    return this.#flight.hints;
  }

  /** Hints that wait for others or for a connection. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Requests that can be in flight, requests in flight, and connections opened so far. */
  get connections(): { readonly open: number; readonly busy: number; readonly opened: number } {
    return { open: this.#pool.openCount, busy: this.#pool.busyCount, opened: this.#pool.opened };
  }

  /** Some connections are being opened. */
  get opening(): boolean {
    return this.#pool.opening;
  }

  /** Pictures that the edge makes or has per second, and the requests that the pace allows in flight. */
  get pace(): { readonly madePerSecond: number; readonly window: number } {
    return { madePerSecond: this.#flight.pace.madePerSecond, window: this.#flight.pace.window };
  }

  get state(): "up" | "down" | "trial" {
    const state = this.#breaker.state(this.#context.clock.steady());
    return state === "closed" ? "up" : state === "open" ? "down" : "trial";
  }

  start(): void {
    this.#pool.start();
  }

  /** The map of the regions has this version now. @param two the edge brings pushes by the fixed table to two regions */
  useMap(version: number, two: boolean): void {
    this.#queue.useTwoRegions(two);
    this.#requests = pushBuilders(this.#options, version);
  }

  /**
   * Adds a hint.
   * @param format index into FORMATS; plus their number if the map of the regions has named this region
   * @param path as it is written in a JSON string
   * @param expiry unix ms after which it is too old
   * @param now unix ms
   */
  add(format: number, path: string, expiry: number, keyLow: number, keyHigh: number, now: number): void {
    const queue = this.#queue.add(format, path, expiry, keyLow, keyHigh, now);
    if (queue.isDue(now)) this.#sendDue();
    else this.#schedule(queue.due, now);
  }

  /** Regular work, about ten times a second: gives up late requests, opens missing connections, drops old hints. */
  tick(): void {
    this.#pool.tick();
    this.#queue.dropExpired(this.#context.clock.wall());
    this.#flight.pace.tick(this.#context.clock.steady());
    this.#sendDue();
    this.#report(this.#context.clock.steady());
  }

  /** From now on, no hint waits for others. */
  flush(): void {
    this.#flushing = true;
    this.#sendDue();
  }

  /** Gives up everything that waits or is in flight, and counts it as failed. Resolves when the connections are closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const closed = this.#pool.stop();
    this.#queue.shed("failed");
    await closed;
  }

  #sendDue(): void {
    const { clock } = this.#context;
    const steady = clock.steady();
    while (!this.#stopped) {
      const state = this.#breaker.state(steady);
      if (state === "open") {
        this.#queue.shed("regionDown");
        return;
      }
      if (!this.#pool.hasFree || !this.#flight.mayGrow || (state === "half-open" && this.#flight.requests > 0)) return;
      const now = clock.wall();
      const marginMs = this.#flushing ? 0 : this.#flight.marginMs(this.#queue.waiting);
      const batch = this.#queue.next(now, steady, this.#flushing, marginMs);
      if (batch === undefined) {
        this.#schedule(this.#queue.due, now);
        return;
      }
      this.#send(batch, now);
    }
  }

  #send(batch: PushBatch, now: number): void {
    const { counts } = this.#context;
    for (const expiry of batch.expiries) counts.ageAtPush.observe(now - expiry + this.#options.queue.maxAgeMs);
    counts.batchSize.observe(batch.size);
    counts.requests++;
    this.#flight.sent(batch);
    this.#pool.send((this.#requests[batch.format] as PushRequestBuilder).build(batch.paths, now), batch);
  }

  #onPartial(batch: PushBatch, status: number, piece: string): void {
    if (!isAccepted(status) || !this.#flight.partial(batch, piece)) return;
    this.#recordSuccess(this.#context.clock.steady());
    this.#sendDue();
  }

  #onResponse(batch: PushBatch, response: PushResponse): void {
    const steady = this.#context.clock.steady();
    const accepted = isAccepted(response.status);
    if (accepted) {
      this.#recordSuccess(steady);
      this.#flight.finished(batch, response);
      this.#queue.release(batch);
    } else {
      this.#flight.refused(batch);
      const reason = `status ${response.status}`;
      this.#recordFailure(reason, steady);
      // A 4xx would come again. A 5xx may come from one bad machine.
      this.#endFailed(batch, reason, response.status >= 500);
    }
    this.#sendDue();
    // Report last: hints that are now too late for their retry belong in the same line.
    if (!accepted) this.#report(steady);
  }

  #onLost(batches: readonly PushBatch[], reason: string): void {
    const steady = this.#context.clock.steady();
    // A push that the edge took has not failed, even if the end of its answer is missing.
    const [begun, failed] = [[] as PushBatch[], [] as PushBatch[]];
    for (const batch of batches) (this.#flight.lost(batch) ? begun : failed).push(batch);
    for (const batch of begun) this.#queue.release(batch);
    if (!this.#stopped && (failed.length > 0 || batches.length === 0)) {
      this.#recordFailure(reason, steady, this.#pool.openCount === 0);
    }
    for (const batch of failed) this.#endFailed(batch, reason, true);
    if (batches.length > 0) this.#sendDue();
    this.#report(steady);
  }

  /** Ends a push that failed. Its hints are retried once if that can help, else they have failed. */
  #endFailed(batch: PushBatch, reason: string, retryable: boolean): void {
    const retry = retryable && !this.#stopped && batch.attempt === 0;
    this.#failures.add(reason, retry ? 0 : batch.size);
    if (retry) this.#queue.retry(batch, reason);
    else this.#queue.fail(batch);
  }

  /** Logs why pushes fail, from time to time and never for each push. */
  #report(steady: number): void {
    const report = this.#stopped ? undefined : this.#failures.take(steady);
    if (report !== undefined) this.#context.log.warn({ region: this.region, ...report }, "pushes fail");
  }

  #recordSuccess(steady: number): void {
    if (this.#breaker.state(steady) !== "closed") this.#context.log.info({ region: this.region }, "region is up again");
    this.#breaker.succeeded();
  }

  #recordFailure(reason: string, steady: number, unreachable = false): void {
    const before = this.#breaker.state(steady);
    if (unreachable) this.#breaker.trip(steady);
    else this.#breaker.failed(steady);
    if (before === "closed" && this.#breaker.state(steady) === "open") {
      this.#context.log.warn({ region: this.region, reason }, "region is down");
    }
  }

  #schedule(due: number, now: number): void {
    if (due >= this.#timerDue || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    const wait = Math.max(1, Math.ceil(due - now));
    this.#timer = setTimeout(() => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      this.#sendDue();
    }, wait);
  }
}
