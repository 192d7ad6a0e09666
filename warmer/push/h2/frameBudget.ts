/**
 * What frames cost that do not bring a response forward. A server may need a few of each; a flood of them would cost us
 * work and memory (CVE-2019-9511 to 9518, CVE-2023-44487, CVE-2024-27316). The cost follows the work: an acknowledged
 * frame costs more than an ignored one.
 */
export const FRAME_COST = {
  /** Acknowledged, and changes the windows of all streams. */
  settings: 20,
  /** Acknowledged. */
  ping: 10,
  goaway: 20,
  /** An interim response (100, 103). */
  interim: 5,
  rstStream: 2,
  windowUpdate: 1,
  /** Every CONTINUATION, also one without bytes. */
  continuation: 5,
  /** DATA without a byte of content and without the end of its stream. */
  emptyData: 5,
  /** A frame for a stream that has ended. */
  ended: 1,
  /** PRIORITY, unknown types, and acknowledgements. */
  ignored: 2,
} as const satisfies Record<string, number>;

/** Credit at the start and at most, credit for each request, and credit per second. */
const CREDIT = { most: 2_000, request: 10, perSecond: 100 } as const;

/** The most CONTINUATION frames of one header block. */
export const MAX_CONTINUATIONS = 16;

/**
 * The credit of one server. Each request and each second give some, each frame of FRAME_COST takes some. A server
 * without credit floods us, and its connection ends with ENHANCE_YOUR_CALM. Pure: `now` is ms of the steady clock.
 */
export class FrameBudget {
  #credit: number = CREDIT.most;
  #refilledAt: number | undefined;

  /** Takes the cost of one frame. False if the credit is used up. */
  spend(cost: number): boolean {
    this.#credit -= cost;
    return this.#credit >= 0;
  }

  onRequest(): void {
    this.#add(CREDIT.request);
  }

  /** Call it regularly. */
  refill(now: number): void {
    if (this.#refilledAt !== undefined) this.#add(((now - this.#refilledAt) * CREDIT.perSecond) / 1000);
    this.#refilledAt = now;
  }

  #add(credit: number): void {
    this.#credit = Math.min(CREDIT.most, this.#credit + credit);
  }
}
