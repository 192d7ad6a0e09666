import { FORMATS } from "../hint/protocol.ts";
import { Failures } from "../observe/log.ts";
import type { LaneOptions } from "../queue/hintQueue.ts";
import type { Batch } from "../queue/pushBatch.ts";
import { Outbox, type PushContext } from "../queue/regionQueue.ts";
import { Breaker, REGION_BREAKER } from "./circuitBreaker.ts";
import { ConnectionPool } from "./connectionPool.ts";
import type { Answer } from "./h1/parseResponse.ts";
import { PushRequest } from "./pushRequest.ts";
import { verdictOf } from "./pushResponse.ts";
import type { Endpoint } from "./socket.ts";

export type PushOptions = Endpoint & {
  readonly region: string;
  /** `WARM_SECRET`, null sends unsigned. */
  readonly secret: string | null;
  readonly deadlineMs: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly lane: LaneOptions;
  readonly random: () => number;
};

/**
 * Pushes the hints of one region: hands full or due batches to idle connections, settles answers, tries once more
 * what can still win, and leaves the region alone while its breaker is open. Everything in it is bounded: what waits by
 * the outbox, requests in flight by WARM_CONNECTIONS. Regions share nothing but the table of pushed keys, so
 * a dead one costs the others nothing.
 */
export class RegionPusher {
  readonly region: string;
  /** Hints in flight. */
  inFlight = 0;
  readonly #maxAgeMs: number;
  readonly #context: PushContext;
  readonly #outbox: Outbox;
  readonly #requests: readonly PushRequest[];
  readonly #pool: ConnectionPool;
  readonly #breaker = new Breaker(REGION_BREAKER);
  readonly #failures = new Failures();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #flushing = false;
  #stopped = false;

  constructor(options: PushOptions, context: PushContext) {
    this.region = options.region;
    this.#maxAgeMs = options.lane.maxAgeMs;
    this.#context = context;
    this.#outbox = new Outbox(options.lane, context, this.#failures);
    this.#requests = FORMATS.map((format) => new PushRequest(options, format));
    const events = {
      opened: () => {
        this.#breaker.hope(context.clock.steady());
        this.#drain();
      },
      changed: () => this.#drain(),
      answered: (batch: Batch, answer: Answer) => this.#answered(batch, answer),
      lost: (batches: readonly Batch[], reason: string) => this.#lost(batches, reason),
    };
    this.#pool = new ConnectionPool(options, events, () => context.clock.steady());
  }

  /** Hints that wait for company or a connection. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** Requests that can be in flight, those that are, and connections opened so far. */
  get connections(): { readonly open: number; readonly busy: number; readonly opened: number } {
    return { open: this.#pool.openCount, busy: this.#pool.busyCount, opened: this.#pool.opened };
  }

  /** Connections are on their way. */
  get opening(): boolean {
    return this.#pool.opening;
  }

  get state(): "up" | "down" | "trial" {
    const state = this.#breaker.state(this.#context.clock.steady());
    return state === "closed" ? "up" : state === "open" ? "down" : "trial";
  }

  start(): void {
    this.#pool.start();
  }

  /**
   * Takes a hint on.
   * @param format index into FORMATS, @param path as it stands in a JSON string
   * @param expiry unix ms after which it is too old, @param now unix ms
   */
  add(format: number, path: string, expiry: number, lane1: number, lane2: number, now: number): void {
    const lane = this.#outbox.add(format, path, expiry, lane1, lane2, now);
    if (lane.isDue(now)) this.#drain();
    else this.#arm(lane.due, now);
  }

  /** Housekeeping, some ten times a second: late answers, missing connections, hints that got old waiting. */
  tick(): void {
    this.#pool.tick();
    this.#outbox.dropOld(this.#context.clock.wall());
    this.#drain();
    this.#report(this.#context.clock.steady());
  }

  /** From now on nothing waits for company. */
  flush(): void {
    this.#flushing = true;
    this.#drain();
  }

  /** Gives up everything that waits or is in flight; counted as failed. Resolves when the connections are closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const closed = this.#pool.stop();
    this.#outbox.shed("failed");
    await closed;
  }

  #drain(): void {
    const { clock } = this.#context;
    const steady = clock.steady();
    while (!this.#stopped) {
      const state = this.#breaker.state(steady);
      if (state === "open") {
        this.#outbox.shed("regionDown");
        return;
      }
      if (!this.#pool.hasIdle || (state === "trial" && this.inFlight > 0)) return;
      const now = clock.wall();
      const batch = this.#outbox.next(now, steady, this.#flushing);
      if (batch === undefined) {
        this.#arm(this.#outbox.due, now);
        return;
      }
      this.#send(batch, now, steady);
    }
  }

  #send(batch: Batch, now: number, steady: number): void {
    const { counts } = this.#context;
    for (const expiry of batch.expiries) counts.ageAtPush.observe(now - expiry + this.#maxAgeMs);
    counts.batchSize.observe(batch.size);
    counts.requests++;
    this.inFlight += batch.size;
    batch.sentAt = steady;
    this.#pool.send((this.#requests[batch.format] as PushRequest).make(batch.paths, now), batch);
  }

  #answered(batch: Batch, answer: Answer): void {
    const { counts, clock } = this.#context;
    this.inFlight -= batch.size;
    const steady = clock.steady();
    counts.answerTime.observe(steady - batch.sentAt);
    const accepted = answer.status >= 200 && answer.status < 300;
    if (accepted) {
      this.#succeeded(steady);
      const refused = verdictOf(answer.body, batch.size);
      for (const reason of refused) counts.refuse(reason);
      counts.pushed += batch.size - refused.length;
      this.#outbox.settle(batch);
    } else {
      const reason = `status ${answer.status}`;
      this.#failed(reason, steady);
      // A 4xx would be one again; a 5xx may come from one bad machine.
      this.#end(batch, reason, answer.status >= 500);
    }
    this.#drain();
    // After it: what comes too late for its other try belongs in the same line.
    if (!accepted) this.#report(steady);
  }

  #lost(batches: readonly Batch[], reason: string): void {
    const steady = this.#context.clock.steady();
    if (!this.#stopped) this.#failed(reason, steady, this.#pool.openCount === 0);
    for (const batch of batches) {
      this.inFlight -= batch.size;
      this.#end(batch, reason, true);
    }
    if (batches.length > 0) this.#drain();
    this.#report(steady);
  }

  /** Ends a push that failed: its hints wait for their other try if there is one, and may win. */
  #end(batch: Batch, reason: string, mayWin: boolean): void {
    const again = mayWin && !this.#stopped && batch.attempt === 0;
    this.#failures.add(reason, again ? 0 : batch.size);
    if (again) this.#outbox.retry(batch, reason);
    else this.#outbox.fail(batch);
  }

  /** Says now and then why pushes fail; never a line per push. */
  #report(steady: number): void {
    const report = this.#stopped ? undefined : this.#failures.take(steady);
    if (report !== undefined) this.#context.log.warn({ region: this.region, ...report }, "pushes fail");
  }

  #succeeded(steady: number): void {
    if (this.#breaker.state(steady) !== "closed") this.#context.log.info({ region: this.region }, "region is up again");
    this.#breaker.succeeded();
  }

  #failed(reason: string, steady: number, unreachable = false): void {
    const before = this.#breaker.state(steady);
    if (unreachable) this.#breaker.trip(steady);
    else this.#breaker.failed(steady);
    if (before === "closed" && this.#breaker.state(steady) === "open") {
      this.#context.log.warn({ region: this.region, reason }, "region is down");
    }
  }

  #arm(due: number, now: number): void {
    if (due >= this.#timerDue || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    const wait = Math.max(1, Math.ceil(due - now));
    this.#timer = setTimeout(() => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      this.#drain();
    }, wait);
  }
}
