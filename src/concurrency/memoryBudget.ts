/**
 * The source bytes one isolate may hold at once, given out as they arrive: a slow source of 30 MB must not keep 30 MB
 * from everybody else while it sends its first. Who holds some while it waits for more can lock up with others of its
 * kind. So every source says how much it may come to, and more is given only where all could still finish one after the
 * other (the banker's algorithm, Dijkstra, EWD 623).
 *
 * A part of the capacity is a reserve for small sources. Large ones use it only one at a time, after all the rest.
 */

import type { Priority } from "./priority.ts";
import { PERMIT_MS, type SemaphoreRules } from "./semaphore.ts";
import { SYSTEM_TIMERS, type Timers, WaitQueue } from "./waitQueue.ts";

/** Newcomers that may pass one who waits, since they fit and it does not. Then it is its turn. */
export const MAX_PASSED = 32;
/** Small newcomers in the reserve pass a large one that wants the reserve too this many times. Others they always pass. */
export const MAX_PASSED_FOR_RESERVE = 8 * MAX_PASSED;

/** The reserve for small sources, and the most that a small source may come to, as shares of the capacity. */
export const RESERVE_SHARE = 1 / 4;
export const SMALL_SHARE = 1 / 16;

/** What one source holds and, as far as is known, may come to; in bytes. `settled`: it will want no more. */
export type Account = { held: number; claim: number; settled: boolean; since: number; readonly priority: Priority };

type Waiting = { readonly account: Account; readonly held: number; readonly claim: number; passed: number };

export class MemoryBudget {
  readonly #capacity: number;
  /** What large sources may hold together. */
  readonly #common: number;
  readonly #timers: Timers;
  readonly #line: WaitQueue<Waiting>;
  readonly #accounts = new Set<Account>();

  constructor({ capacity, ...rules }: SemaphoreRules, timers: Timers = SYSTEM_TIMERS) {
    this.#capacity = capacity;
    this.#common = capacity - Math.floor(capacity * RESERVE_SHARE);
    this.#timers = timers;
    this.#line = new WaitQueue<Waiting>(rules, timers, () => this.#admit());
  }

  /** Bytes held by all. */
  get used(): number {
    return heldBy(this.#accounts);
  }

  get waiting(): number {
    return this.#line.length;
  }

  open(priority: Priority): Account {
    return { held: 0, claim: 0, settled: false, since: 0, priority };
  }

  /**
   * Waits until the account may hold `held` bytes in all, of `claim` it may come to. More than the capacity counts as all
   * of it. Rejects with Failure queue_full when the queue or the wait is too long. When all who hold bytes want more than
   * they claimed and nobody can go on, it rejects for the youngest of them.
   */
  async reserve(account: Account, held: number, claim: number): Promise<void> {
    const wish = {
      account,
      held: Math.min(held, this.#capacity),
      claim: Math.min(Math.max(held, claim, account.claim), this.#capacity),
      passed: 0,
    };
    if (wish.held <= account.held) return;
    this.#takeBack();
    if (this.#line.length === 0 && this.#fits(wish)) return this.#grant(wish);
    // Who holds bytes already is not sent away: their number is bounded by what there is to hold.
    if (this.#line.full && account.held === 0) throw this.#line.refusal();
    const admitted = this.#line.join(wish, account.priority);
    this.#admit();
    return admitted;
  }

  /** It holds `held` bytes, no more than before, and will want no more. */
  settle(account: Account, held: number): void {
    account.held = Math.min(account.held, held);
    account.claim = account.held;
    account.settled = true;
    this.#admit();
  }

  /** Gives everything back, and the place in the queue. */
  close(account: Account): void {
    account.held = 0;
    account.claim = 0;
    this.#accounts.delete(account);
    for (const wish of this.#line.inOrder()) if (wish.account === account) this.#line.refuse(wish);
    this.#admit();
  }

  #grant({ account, held, claim }: Waiting): void {
    account.held = held;
    account.claim = claim;
    account.since = this.#timers.now();
    this.#accounts.add(account);
  }

  #fits({ account, held, claim }: Waiting): boolean {
    const after = [...this.#accounts].filter((other) => other !== account).concat({ ...account, held, claim });
    const free = this.#capacity - heldBy(after);
    if (free < 0 || !isSafe(after, free)) return false;
    if (this.#isSmall({ claim })) return true;
    // A source that has ended holds nobody up for long: its bytes wait for the engine only.
    const large = after.filter((one) => !this.#isSmall(one) && !one.settled);
    const common = this.#common - heldBy(large);
    // Alone among large ones it may use the reserve: nobody small then waits for longer than it takes.
    if (large.length === 1) return true;
    return common >= 0 && isSafe(large, common, this.#capacity - this.#common);
  }

  #isSmall({ claim }: Pick<Account, "claim">): boolean {
    return claim <= this.#capacity * SMALL_SHARE;
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#grant(next);
      this.#line.admit(next);
    }
    this.#breakDeadlock();
  }

  /** The first in the queue that may go on. Those who hold bytes may always pass: with them room comes free again. */
  #next(): Waiting | undefined {
    const before: Waiting[] = [];
    for (const wish of this.#line.inOrder()) {
      const isNew = wish.account.held === 0;
      if (!(isNew && before.some((other) => this.#mustWaitFor(other, wish))) && this.#fits(wish)) {
        if (isNew) for (const passedOver of before) passedOver.passed++;
        return wish;
      }
      before.push(wish);
    }
    return undefined;
  }

  /** Whether a newcomer may not pass one who came before it. */
  #mustWaitFor(other: Waiting, newcomer: Waiting): boolean {
    if (newcomer.account.priority.rank > other.account.priority.rank) return true;
    if (this.#isSmall(other) || !this.#isSmall(newcomer)) return other.passed >= MAX_PASSED;
    // Small ones that keep to the reserve take nothing from a large one, unless it needs that too.
    const small = [...this.#accounts].filter((one) => this.#isSmall(one));
    const keepsToReserve = heldBy(small) + newcomer.claim <= this.#capacity - this.#common;
    if (!keepsToReserve) return other.passed >= MAX_PASSED;
    return other.held > this.#common && other.passed >= MAX_PASSED_FOR_RESERVE;
  }

  /** Sources without a length may want more than anybody could know. */
  #breakDeadlock(): void {
    const waiting = this.#line.inOrder().filter(({ account }) => account.held > 0);
    const youngest = waiting.at(-1);
    if (youngest !== undefined && waiting.length === this.#accounts.size) this.#line.refuse(youngest);
  }

  /** As the semaphore does: accounts of requests that were ended in the middle. */
  #takeBack(): void {
    const before = this.#timers.now() - PERMIT_MS;
    for (const account of this.#accounts) if (account.since <= before) this.close(account);
  }
}

function heldBy(accounts: Iterable<Pick<Account, "held">>): number {
  let held = 0;
  for (const account of accounts) held += account.held;
  return held;
}

/**
 * Whether all can come to their claims one after the other, when each gives back what it held. `last` is room that only
 * the last one may use as well.
 */
export function isSafe(accounts: readonly Pick<Account, "held" | "claim">[], free: number, last = 0): boolean {
  const byNeed = accounts.map(({ held, claim }) => ({ held, need: claim - held })).sort((a, b) => a.need - b.need);
  let left = free;
  for (const [i, { held, need }] of byNeed.entries()) {
    if (need > left + (i === byNeed.length - 1 ? last : 0)) return false;
    left += held;
  }
  return true;
}
