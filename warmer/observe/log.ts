import type { Logger } from "pino";

/** The part of pino that the modules below main use. */
export type Log = Pick<Logger, "info" | "warn" | "error">;

/** What has failed since the last report. */
export type FailureReport = {
  /** The newest reason: `status N`, what happened to the connection, or why there was no retry after that. */
  readonly reason: string;
  /** Pushes that failed, including retries. */
  readonly pushes: number;
  /** Hints that were given up, with a push or while they waited for their retry. */
  readonly hints: number;
};

/**
 * Time between two reports of a region, ms. Short enough to be noticed, long enough that a dead edge does not fill a
 * disk.
 */
export const REPORT_EVERY_MS = 10_000;

/**
 * Decides which failed pushes of one region are logged: the first one at once, then at most one line per
 * REPORT_EVERY_MS with all failures since. Pure: `now` is ms of a steady clock.
 */
export class FailureSummary {
  #reason = "";
  #pushes = 0;
  #hints = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** One push failed, and `hints` were given up with it. */
  add(reason: string, hints: number): void {
    this.#reason = reason;
    this.#pushes++;
    this.#hints += hints;
  }

  /** `hints` were given up while they waited for their retry. Their push is already counted. */
  giveUp(reason: string, hints: number): void {
    this.#reason = reason;
    this.#hints += hints;
  }

  /**
   * The report that is due now; it resets the counts. Undefined if nothing failed, or if the last report is too recent.
   */
  take(now: number): FailureReport | undefined {
    if ((this.#pushes === 0 && this.#hints === 0) || now < this.#quietUntil) return undefined;
    const report = { reason: this.#reason, pushes: this.#pushes, hints: this.#hints };
    this.#pushes = 0;
    this.#hints = 0;
    this.#quietUntil = now + REPORT_EVERY_MS;
    return report;
  }
}
