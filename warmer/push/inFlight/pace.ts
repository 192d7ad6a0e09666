/** What the pace of one region depends on. Times in ms. */
export type PaceOptions = {
  /** The most requests in flight (`WARM_CONNECTIONS`). */
  readonly connections: number;
  /** The most hints of one push. */
  readonly batch: number;
  readonly maxAgeMs: number;
  /** `deadlineMs` of a push. */
  readonly deadlineMs: number;
};

/**
 * - `queueShare`: of the age limit, how long pushes may queue at the edge. An edge may become ten times slower from one
 *   moment to the next. Then this queue takes ten times as long, and must still fit into the limit beside the age of
 *   the hints.
 * - `pauseShare`: of what the way takes, how much more is no queue. Pauses of either side are not one.
 * - `jitterShare`: how much of that does not count against a hint.
 * - `shrink`: the smallest factor of the window when the queue is too long. `gentle`: when it is a little too long.
 * - `grow`: requests per response, while the queue is short enough.
 * - `arriveShare`: of the age limit, what a push needs to arrive.
 * - `crowd`: if more hints wait, not all of them can be pushed, so only young ones are. Then `reserveShare` of the age
 *   limit stays for an edge that becomes slower, up to `mostShare` together with the queue.
 */
const PACE = {
  queueShare: 0.02,
  pauseShare: 2,
  jitterShare: 1,
  shrink: 0.6,
  gentle: 0.9,
  grow: 0.5,
  arriveShare: 0.06,
  crowd: 64,
  reserveShare: 0.8,
  mostShare: 0.9,
} as const;

/**
 * The responses that are looked at, and which of them counts: the third slowest of eight. Two pauses of either side are
 * no queue. The fastest would not do: a response that may have waited in our own socket shows less than the queue.
 */
const RECENT = { responses: 8, rank: 3 } as const;

/** How much the hints that may be unfinished at the edge change: after an answer with expired ones, and without. */
const UNFINISHED = { shrink: 0.7, grow: 0.25 } as const;

/** Weight of the last second in the moving estimate of what the edge makes. */
const MADE_WEIGHT = 0.3;

/**
 * How fast one region can be pushed to. It finds the number of requests in flight by delay, as congestion control does
 * (LEDBAT, RFC 6817; Vegas): a push that is alone shows what the edge takes, and everything above it is a queue. It
 * also limits the hints that the edge has accepted and not finished, by those that expire there. Pure: `now` is ms of a
 * steady clock.
 */
export class Pace {
  /** Pictures that the edge makes or has, per second: a moving estimate. */
  madePerSecond = 0;
  readonly #options: PaceOptions;
  #window: number;
  /** What a push takes that is alone. */
  #baseMs: number | undefined;
  /** What the last push took that was alone. */
  #aloneMs = 0;
  /** What the last responses took, the newest last, ms. */
  readonly #recent: number[] = [];
  #queueMs = 0;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  /** When the last response came, or the first request that waits was sent. */
  #heardAt = 0;
  #unfinishedLimit: number;
  #expiredAt = Number.NEGATIVE_INFINITY;
  #madeSince = 0;
  #madeFrom: number | undefined;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#window = options.connections;
    this.#unfinishedLimit = options.connections * options.batch;
  }

  /** Requests that may wait for their first line. */
  get window(): number {
    return Math.max(1, Math.round(this.#window));
  }

  /** Hints that the edge may have accepted and not finished. */
  get unfinishedLimit(): number {
    return Math.max(this.#options.batch, Math.floor(this.#unfinishedLimit));
  }

  /** Whether another push may leave. @param unanswered requests without their first line */
  allows(unanswered: number, unfinished: number): boolean {
    return unanswered < this.window && (unfinished === 0 || unfinished < this.unfinishedLimit);
  }

  /**
   * How long a push takes now until the edge reads it, ms. A hint whose age plus this is above the limit is not worth a
   * push. A push that is alone is always sent: it shows whether the queue is gone.
   */
  takesMs(unanswered: number, now: number): number {
    const arrives = this.#options.maxAgeMs * PACE.arriveShare;
    if (unanswered === 0) return arrives;
    // Silence is a queue too, before any response shows it. One request may just be slow, so it takes two.
    const usual = (this.#baseMs ?? Number.POSITIVE_INFINITY) * (1 + PACE.jitterShare);
    const silence = unanswered < 2 ? 0 : now - this.#heardAt - usual;
    return arrives + Math.max(this.#queueMs, silence);
  }

  /** What a hint must have left of its age limit to be worth a push, ms. @param waiting hints that wait */
  marginMs(unanswered: number, waiting: number, now: number): number {
    const { maxAgeMs } = this.#options;
    const takes = this.takesMs(unanswered, now);
    if (waiting <= PACE.crowd) return takes;
    return Math.max(takes, Math.min(takes + maxAgeMs * PACE.reserveShare, maxAgeMs * PACE.mostShare));
  }

  /** A request leaves. @param unanswered requests before it that wait for their first line */
  sent(unanswered: number, now: number): void {
    if (unanswered === 0) this.#heardAt = now;
  }

  /**
   * The first line of an answer has come.
   * @param tookMs since the request
   * @param lagMs how long the response may have waited for us
   * @param alone no other request waited when this one was sent
   * @param unanswered requests that still wait
   */
  answered(tookMs: number, lagMs: number, alone: boolean, unanswered: number, now: number): void {
    this.#heardAt = now;
    const took = Math.max(0, tookMs - lagMs);
    const base = this.#baseAfter(took, alone);
    const limit = this.#options.maxAgeMs * PACE.queueShare + base * PACE.pauseShare;
    // The way has changed: what was measured before tells nothing.
    if (Math.abs(base - (this.#baseMs ?? base)) > limit) this.#recent.length = 0;
    this.#baseMs = base;
    this.#recent.push(took);
    if (this.#recent.length > RECENT.responses) this.#recent.shift();
    const slowest = [...this.#recent].sort((a, b) => b - a);
    const queue = (slowest[Math.min(RECENT.rank, slowest.length) - 1] ?? took) - base;
    this.#queueMs = Math.max(0, queue - base * PACE.jitterShare);
    if (queue > limit) {
      // Once for each round trip: all responses of one round trip tell of the same queue.
      if (now - this.#shrunkAt > tookMs) {
        this.#shrunkAt = now;
        const factor = Math.max(PACE.shrink, Math.min(PACE.gentle, limit / queue));
        this.#window = Math.max(1, Math.min(this.#window, unanswered + 1) * factor);
      }
    } else if (unanswered + 1 >= this.#window / 2) {
      this.#window = Math.min(this.#options.connections, this.#window + PACE.grow);
    }
  }

  /** One push that is alone may meet a pause, and a base that is too long allows a long queue. So it takes two. */
  #baseAfter(took: number, alone: boolean): number {
    if (!alone || this.#baseMs === undefined) return Math.min(this.#baseMs ?? took, took);
    const base = Math.min(took, Math.max(this.#aloneMs, this.#baseMs));
    this.#aloneMs = took;
    return base;
  }

  /** A request got no answer. */
  lost(now: number): void {
    this.#heardAt = now;
    this.#window = Math.max(1, this.#window * PACE.shrink);
  }

  /** The edge has finished some hints. */
  finished(counts: { readonly made: number; readonly expired: number; readonly all: number }, now: number): void {
    this.#madeSince += counts.made;
    if (counts.expired > 0) {
      if (now - this.#expiredAt < this.#options.deadlineMs / 4) return;
      this.#expiredAt = now;
      // What the edge makes before the deadline is what it may have at once.
      const fits = this.madePerSecond * (this.#options.deadlineMs / 1000);
      const shrunk = this.unfinishedLimit * UNFINISHED.shrink;
      this.#unfinishedLimit = fits > 0 ? Math.min(shrunk, Math.max(fits, shrunk / 4)) : shrunk;
    } else {
      const most = this.#options.connections * this.#options.batch;
      this.#unfinishedLimit = Math.min(most, this.#unfinishedLimit + counts.all * UNFINISHED.grow);
    }
  }

  /** Call it regularly. Updates the moving estimate once a second. */
  tick(now: number): void {
    this.#madeFrom ??= now;
    const seconds = (now - this.#madeFrom) / 1000;
    if (seconds < 1) return;
    this.madePerSecond += (this.#madeSince / seconds - this.madePerSecond) * MADE_WEIGHT;
    this.#madeSince = 0;
    this.#madeFrom = now;
  }
}
