/**
 * An exchange's turn with a host that has a governor: it waits for a grant, starts in time, reads as many bytes as it may,
 * and gives the grant back. While the governor cannot be reached, readers go on without one.
 */
import type { Priority } from "../../../concurrency/priority.ts";
import { Failure } from "../../../errors.ts";
import type { Binding, SeenAnswer } from "../port.ts";
import type { Conversation } from "./conversation.ts";
import type { HeldGrant } from "./grant.ts";
import { type Asker, Wish } from "./wish.ts";

/** Seconds after which a request may come again that was sent away without knowing when. */
const RETRY_SECONDS = 5;
/** So many requests of an isolate wait for one governor; the next is refused. */
const MAX_WAITING = 128;
/** Waiting for these is pointless when the estimate is longer than the request waits. */
const TOLD_LIMITS: readonly Binding[] = ["day", "closed"];

export class Turn {
  /** The governor's name: hosts of one group share it. */
  readonly governor: string;
  readonly #talk: Conversation;
  readonly #asker: Asker;
  readonly #priority: Priority;
  readonly #patienceMs: number;
  readonly #bytes: number | null;
  #wish: Wish | null = null;
  #endsAt = Number.POSITIVE_INFINITY;
  #waitMs = 0;
  /** Since when it waits. A grant that came too late does not cost the place in the line. */
  #since: number | null = null;
  #grant: HeldGrant | null = null;

  /** `patienceMs`: the longest that it waits. `bytes`: the size of the body if it is known. */
  constructor(
    governor: string,
    talk: Conversation,
    asker: Asker,
    { priority, patienceMs, bytes }: { readonly priority: Priority; patienceMs: number; bytes: number | null },
  ) {
    this.governor = governor;
    this.#talk = talk;
    this.#asker = asker;
    this.#priority = priority;
    this.#patienceMs = patienceMs;
    this.#bytes = bytes;
  }

  /**
   * Asks now for what `take` will wait for, where the answer may come at once. Where others wait, a start that is not used
   * would cost them time.
   */
  askAhead(): void {
    if (this.#wish !== null || !this.#talk.mayAskAhead) return;
    this.#open().ahead = true;
    this.#talk.speak(this.#asker);
  }

  /** Gives back what was asked ahead and not taken. May be called at any time. */
  drop(): void {
    if (this.#wish !== null) this.#talk.drop(this.#wish, this.#asker);
    this.#wish = null;
  }

  /**
   * Waits for the start of the exchange, `waitMs` at most. False: nobody governs it, since the governor cannot be reached
   * and a reader waits. Throws Failure `source_saturated`; `governor_unreachable` for pushes and jobs.
   */
  async take(waitMs: number): Promise<boolean> {
    const began = this.#asker.now();
    this.#waitMs = Math.min(waitMs, this.#patienceMs);
    this.#endsAt = began + this.#waitMs;
    try {
      return await this.#start();
    } finally {
      this.#asker.onWaited(this.#asker.now() - began);
    }
  }

  async #start(): Promise<boolean> {
    if (this.#talk.waiting >= MAX_WAITING) {
      this.drop();
      throw saturated("slots", null);
    }
    for (;;) {
      const wish = this.#wish ?? this.#open();
      wish.ahead = false;
      const isOver = (now: number) => this.#isHopeless(wish, now);
      const grant = await this.#talk.granted(wish, this.#asker, this.#endsAt, isOver);
      this.#wish = null;
      if (grant === null) return this.#withoutGrant(wish);
      await sleep(grant.startAt - this.#asker.now());
      if (grant.start(this.#asker.now())) {
        this.#grant = grant;
        return true;
      }
      this.#talk.release(grant, { kind: "unused" }, this.#asker);
    }
  }

  /** Another request of the same exchange: a redirect, or a second try. It is a start of its own. Throws as `take` does. */
  async restart(answer: SeenAnswer): Promise<void> {
    const grant = this.#grant;
    if (grant === null) return;
    this.#grant = null;
    this.#since = this.#asker.now();
    // The wish first, so that the report of the old grant rides with it.
    this.#open();
    this.#talk.release(grant, answer, this.#asker);
    await this.take(this.#waitMs);
  }

  #open(): Wish {
    this.#since ??= this.#asker.now();
    const wish = new Wish(this.#priority, this.#bytes, this.#since);
    wish.seenAt = this.#asker.now();
    this.#wish = wish;
    this.#talk.open(wish);
    return wish;
  }

  /** Keeps the turn. False: it is over, and the exchange must end. */
  renew(): boolean {
    const grant = this.#grant;
    if (grant === null) return true;
    this.#talk.speak(this.#asker);
    const now = this.#asker.now();
    return !grant.isOver(now) || this.#goesOnAlone(now);
  }

  /** Others wait for this host. */
  get contended(): boolean {
    return this.#talk.waiting > 0;
  }

  /** The body will have so many bytes. */
  expect(bytes: number): void {
    this.#grant?.needs(bytes);
    this.#talk.speak(this.#asker);
  }

  /** Notes body bytes. */
  received(bytes: number): void {
    this.#grant?.received(bytes, this.#asker.now());
  }

  /** So many bytes in all may be read now. */
  get mayRead(): number {
    return this.#grant?.mayRead ?? Number.POSITIVE_INFINITY;
  }

  /** Waits until `bytes` in all may be read. Throws Failure `source_saturated` or `governor_unreachable` as `take` does. */
  async waitToRead(bytes: number): Promise<void> {
    const grant = this.#grant;
    if (grant === null || (await this.#talk.mayRead(grant, bytes, this.#asker))) return;
    if (!this.#goesOnAlone(this.#asker.now())) throw saturated("bytes", null);
  }

  /** Gives back the grant. May be called twice. */
  release(answer: SeenAnswer): void {
    if (this.#grant !== null) this.#talk.release(this.#grant, answer, this.#asker);
    this.#grant = null;
  }

  /** A reader goes on when the governor cannot be reached; its grant counts no more. */
  #goesOnAlone(now: number): boolean {
    if (!this.#talk.isUnreachable(now) || this.#priority.priority !== "user") return false;
    this.release({ kind: "ok" });
    return true;
  }

  #isHopeless({ refusal }: Wish, now: number): boolean {
    if (this.#priority.priority === "user" && this.#talk.isUnreachable(now)) return true;
    return refusal !== null && TOLD_LIMITS.includes(refusal.binding) && now + refusal.waitMs > this.#endsAt;
  }

  #withoutGrant(wish: Wish): false {
    const isUnreachable = this.#talk.isUnreachable(this.#asker.now());
    // Somebody has to try whether it can be reached again. A grant that comes of it is given back.
    if (isUnreachable) this.#talk.speak(this.#asker);
    this.#talk.drop(wish, this.#asker);
    if (!isUnreachable) throw saturated(wish.refusal?.binding, wish.refusal?.waitMs ?? null);
    if (this.#priority.priority !== "user") throw new Failure("governor_unreachable", { retryAfter: RETRY_SECONDS });
    return false;
  }
}

function saturated(binding: Binding | undefined, waitMs: number | null): Failure {
  const retryAfter = waitMs === null ? RETRY_SECONDS : Math.max(1, Math.ceil(waitMs / 1000));
  return new Failure("source_saturated", { retryAfter }, binding);
}

async function sleep(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
