import type { Logger } from "pino";

/** The part of pino that modules below main use. */
export type Log = Pick<Logger, "info" | "warn" | "error">;

/** What failed since the last report. */
export type FailureReport = {
  /** The newest: `status N`, or what happened to the connection, or why there was no other try after that. */
  readonly reason: string;
  /** Pushes that failed, first and second tries. */
  readonly pushes: number;
  /** Hints given up, with a push or while they waited for their other try. */
  readonly hints: number;
};

/** Between two reports of a region: often enough to be seen, seldom enough that a dead edge does not fill a disk. */
export const REPORT_EVERY_MS = 10_000;

/**
 * Which failures of one region's pushes are worth a log line: the first at once, then at most one line per
 * REPORT_EVERY_MS with all that failed since. Pure: times come in as `now`, ms of a steady clock.
 */
export class FailureSummary {
  #reason = "";
  #pushes = 0;
  #hints = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** One push failed, and with it so many hints were given up. */
  add(reason: string, hints: number): void {
    this.#reason = reason;
    this.#pushes++;
    this.#hints += hints;
  }

  /** So many hints were given up while they waited for their other try: their push has been counted. */
  giveUp(reason: string, hints: number): void {
    this.#reason = reason;
    this.#hints += hints;
  }

  /** The report due now, which begins the count anew; undefined while nothing failed or the last is too fresh. */
  take(now: number): FailureReport | undefined {
    if ((this.#pushes === 0 && this.#hints === 0) || now < this.#quietUntil) return undefined;
    const report = { reason: this.#reason, pushes: this.#pushes, hints: this.#hints };
    this.#pushes = 0;
    this.#hints = 0;
    this.#quietUntil = now + REPORT_EVERY_MS;
    return report;
  }
}
