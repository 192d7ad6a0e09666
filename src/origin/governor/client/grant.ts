/** A grant in the hands of an isolate: when it may start, until when it holds, and how many bytes may be read. */
import type { GovernorAnswer, Grant, Release, Renewal, SeenAnswer } from "../port.ts";
import { Profile } from "./profile.ts";

/** How a call went, by the isolate's clock, in milliseconds. */
export type CallTimes = {
  readonly sentAt: number;
  readonly heardAt: number;
  readonly heldMs: number;
  /** What the call has named. */
  readonly tripMs: number;
};

/** A grant is renewed when this part of its lease is left, */
const RENEW_AT = 1 / 3;
/** or so much, in milliseconds. The exchange looks four times a second, and the answer has a way to go. */
const RENEW_AT_MS = 600;
/** The governor had no more bytes to give: it is asked again after this time. */
const ASK_AGAIN_MS = 250;

export class HeldGrant {
  readonly id: string;
  readonly ticket: string;
  /** When the exchange may start. */
  readonly startAt: number;
  readonly #times: CallTimes;
  readonly #startInMs: number;
  readonly #startWithinMs: number;
  #leaseMs: number;
  #until: number;
  #mayRead: number;
  /** Bytes that the exchange needs in all, as far as known. */
  #needs = 0;
  #askAgainAt = Number.NEGATIVE_INFINITY;
  #profile: Profile | null = null;
  #over = false;

  constructor({ id, ticket, startInMs, startWithinMs, leaseMs, bytes }: Grant, times: CallTimes) {
    this.id = id;
    this.ticket = ticket;
    this.startAt = times.heardAt + startInMs;
    this.#times = times;
    this.#startInMs = startInMs;
    this.#startWithinMs = startWithinMs;
    this.#leaseMs = leaseMs;
    this.#until = times.heardAt + leaseMs;
    this.#mayRead = bytes ?? Number.POSITIVE_INFINITY;
  }

  /** Starts the exchange. False: it is too late for that, and the grant must be given back. */
  start(now: number): boolean {
    const { sentAt, heldMs, tripMs } = this.#times;
    const lateMs = now - sentAt - heldMs - 2 * tripMs - this.#startInMs;
    if (lateMs > this.#startWithinMs || this.isOver(now)) return false;
    // Late bytes count at their real time: the steps begin when the exchange could have started.
    this.#profile = new Profile(now - Math.max(0, lateMs));
    return true;
  }

  get started(): boolean {
    return this.#profile !== null;
  }

  /** The governor counts on nothing of it any more: the exchange must end. */
  isOver(now: number): boolean {
    return this.#over || now >= this.#until;
  }

  /** It needs more time or bytes. */
  asksFor(now: number): boolean {
    if (now < this.#askAgainAt) return false;
    const renewAt = this.#until - Math.max(this.#leaseMs * RENEW_AT, RENEW_AT_MS);
    return this.#needs > this.#mayRead || (this.started && now >= renewAt);
  }

  /** Notes body bytes. */
  received(bytes: number, now: number): void {
    this.#profile?.add(bytes, now);
  }

  /** So many bytes in all may be read now. */
  get mayRead(): number {
    return this.#mayRead;
  }

  /** The exchange needs `bytes` in all. */
  needs(bytes: number): void {
    this.#needs = Math.max(this.#needs, bytes);
  }

  renewal(): Renewal {
    const received = this.#profile?.steps ?? [];
    return { id: this.id, received, bytes: Math.max(this.#needs, this.#profile?.total ?? 0) };
  }

  /** What the governor has answered to a renewal at `now`; undefined = the grant is over. */
  renewed(terms: GovernorAnswer["renewed"][number] | undefined, now: number): void {
    if (terms === undefined) {
      this.#over = true;
      return;
    }
    this.#leaseMs = terms.leaseMs;
    this.#until = now + terms.leaseMs;
    this.#mayRead = terms.bytes ?? Number.POSITIVE_INFINITY;
    this.#askAgainAt = now + ASK_AGAIN_MS;
  }

  /** The report of its end. */
  release(answer: SeenAnswer): Release {
    const seen = this.started ? answer : ({ kind: "unused" } as const);
    return { id: this.id, answer: seen, received: this.#profile?.steps ?? [] };
  }
}
