import type { Clock } from "../../clock.ts";
import type { PushBatch } from "../../queue/pushBatch.ts";
import type { PushContext } from "../../queue/regionQueue.ts";
import type { PushResponse } from "../httpCodec.ts";
import { LoopLag } from "./loopLag.ts";
import { Pace, type PaceOptions } from "./pace.ts";
import { PushAnswers } from "./pushAnswers.ts";

/**
 * How much longer than its deadline a push may be answered, ms: a picture that the edge began in time is made by then,
 * or it is not worth waiting for.
 */
const MAKING_MS = 5_000;

/**
 * The pushes of one region between their request and the outcome of their last hint. It counts what is in flight,
 * measures what the edge takes, and says whether another push may leave.
 */
export class PushesInFlight {
  /** Hints without an outcome: without an answer, or accepted and not finished. */
  hints = 0;
  /** Requests without the first line of their answer. */
  requests = 0;
  readonly pace: Pace;
  readonly #context: PushContext;
  readonly #clock: Clock;
  readonly #answers: PushAnswers;
  readonly #lag = new LoopLag();
  readonly #graceMs: number;
  /** Hints that the edge has accepted and not finished. */
  #unfinished = 0;

  /** @param onMapVersion told of the version of the edge's map of the regions, by each answer */
  constructor(region: string, options: PaceOptions, context: PushContext, onMapVersion?: (version: number) => void) {
    this.pace = new Pace(options);
    this.#context = context;
    this.#clock = context.clock;
    this.#answers = new PushAnswers(region, context, onMapVersion);
    this.#graceMs = options.deadlineMs + MAKING_MS;
  }

  /** Another push may leave now. */
  get mayGrow(): boolean {
    return this.pace.allows(this.requests, this.#unfinished);
  }

  /** What a hint must have left of its age limit to be worth a push, ms. @param waiting hints that wait */
  marginMs(waiting: number): number {
    return this.pace.marginMs(this.requests, waiting, this.#clock.precise());
  }

  /** A request leaves. */
  sent(batch: PushBatch): void {
    batch.sentAt = this.#clock.precise();
    batch.alone = this.requests === 0;
    batch.acknowledged = false;
    batch.graceMs = 0;
    this.pace.sent(this.requests++, batch.sentAt);
    this.hints += batch.size;
  }

  /**
   * More of the answer to a push that the edge took has arrived. Returns true if the edge answers sooner or has finished
   * hints, so that another push may leave.
   */
  partial(batch: PushBatch, piece: string): boolean {
    const settled = this.#answers.take(batch, piece);
    if (!batch.acknowledged && this.#answers.isAcknowledged(batch)) {
      this.#answered(batch);
      batch.graceMs = this.#graceMs;
      this.#unfinished += batch.size;
    }
    this.hints -= settled.all;
    if (!batch.acknowledged) return false;
    this.#unfinished -= settled.all;
    this.pace.finished(settled, this.#clock.precise());
    return true;
  }

  /** The whole answer to a push that the edge took has arrived: all of its hints have ended. */
  finished(batch: PushBatch, response: PushResponse): void {
    if (batch.acknowledged) this.#unfinished -= this.#answers.unsettled(batch);
    else this.#answered(batch);
    const settled = this.#answers.finish(batch, response);
    this.hints -= settled.all;
    this.pace.finished(settled, this.#clock.precise());
  }

  /** The edge did not take the push. */
  refused(batch: PushBatch): void {
    this.#answered(batch);
    this.#answers.forget(batch);
    this.hints -= batch.size;
  }

  /**
   * The connection or the stream ended before the answer did. If the edge had taken the push, its hints end as unknown
   * and it has not failed. Returns false if the edge had not taken it.
   */
  lost(batch: PushBatch): boolean {
    if (!batch.acknowledged) {
      this.requests--;
      this.hints -= batch.size;
      this.pace.lost(this.#clock.precise());
      this.#answers.forget(batch);
      return false;
    }
    const { all } = this.#answers.giveUp(batch);
    this.hints -= all;
    this.#unfinished -= all;
    return true;
  }

  /** The first line of an answer has come, or a whole one. */
  #answered(batch: PushBatch): void {
    const now = this.#clock.precise();
    batch.acknowledged = true;
    this.requests--;
    this.#context.counts.answerTime.observe(now - batch.sentAt);
    const lagMs = this.#lag.at(now, this.#clock.idle(), batch.alone ? 0 : this.requests);
    this.pace.answered(now - batch.sentAt, lagMs, batch.alone, this.requests, now);
  }
}
