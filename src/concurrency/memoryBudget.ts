/**
 * The source bytes one isolate may hold at once, given out as they arrive: a slow source of 30 MB must not keep 30 MB
 * from everybody else while it sends its first. What is held while one waits for more can lead to a deadlock, so every
 * source says how much it may come to, and more is only given where all could still finish one after the other
 * (the banker's algorithm, Dijkstra, EWD 623).
 */

import type { Priority } from "./priority.ts";
import { PERMIT_MS, type SemaphoreRules } from "./semaphore.ts";
import { SYSTEM_TIMERS, type Timers, WaitQueue } from "./waitQueue.ts";

/** Newcomers that may pass one who waits, since they fit and it does not; then it is its turn. */
export const MAX_PASSED = 32;

/** What one source holds and, as far as is known, may come to; in bytes. */
export type Account = { held: number; claim: number; since: number; readonly priority: Priority };

type Waiting = { readonly account: Account; readonly held: number; readonly claim: number; passed: number };

export class MemoryBudget {
  readonly #capacity: number;
  readonly #timers: Timers;
  readonly #line: WaitQueue<Waiting>;
  readonly #accounts = new Set<Account>();

  constructor({ capacity, ...rules }: SemaphoreRules, timers: Timers = SYSTEM_TIMERS) {
    this.#capacity = capacity;
    this.#timers = timers;
    this.#line = new WaitQueue<Waiting>(rules, timers, () => this.#admit());
  }

  /** Bytes held by all. */
  get used(): number {
    let used = 0;
    for (const { held } of this.#accounts) used += held;
    return used;
  }

  get waiting(): number {
    return this.#line.length;
  }

  open(priority: Priority): Account {
    return { held: 0, claim: 0, since: 0, priority };
  }

  /**
   * Waits until the account may hold `held` bytes in all, of `claim` it may come to; more than the capacity counts as all
   * of it. Rejects with Failure queue_full when the line or the wait is too long, and for the youngest of those who hold
   * bytes when all of them want more than they claimed and nobody can go on.
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
    this.#admit();
  }

  /** Gives everything back, and the place in the line. */
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
    const free = this.#capacity - this.used - (held - account.held);
    if (free < 0) return false;
    const others = [...this.#accounts].filter((other) => other !== account);
    return isSafe([...others, { held, claim }], free);
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#grant(next);
      this.#line.admit(next);
    }
    this.#breakDeadlock();
  }

  /** The first in line that may go on. Those who hold bytes always may pass: with them room comes free again. */
  #next(): Waiting | undefined {
    const before: Waiting[] = [];
    for (const wish of this.#line.inOrder()) {
      const isNew = wish.account.held === 0;
      const isWarm = wish.account.priority.priority === "warm";
      const mustWait = before.some(
        ({ passed, account }) => passed >= MAX_PASSED || (isWarm && account.priority.priority === "user"),
      );
      if (!(isNew && mustWait) && this.#fits(wish)) {
        if (isNew) for (const passedOver of before) passedOver.passed++;
        return wish;
      }
      before.push(wish);
    }
    return undefined;
  }

  /** Sources without a length may want more than anybody could know. */
  #breakDeadlock(): void {
    const waiting = this.#line.inOrder().filter(({ account }) => account.held > 0);
    const youngest = waiting.at(-1);
    if (youngest !== undefined && waiting.length === this.#accounts.size) this.#line.refuse(youngest);
  }

  /** As the gate does: accounts of requests that were ended in the middle. */
  #takeBack(): void {
    const before = this.#timers.now() - PERMIT_MS;
    for (const account of this.#accounts) if (account.since <= before) this.close(account);
  }
}

/** Whether all can come to their claims one after the other, when each gives back what it held. */
export function isSafe(accounts: readonly Pick<Account, "held" | "claim">[], free: number): boolean {
  const byNeed = accounts.map(({ held, claim }) => ({ held, need: claim - held })).sort((a, b) => a.need - b.need);
  let left = free;
  for (const { held, need } of byNeed) {
    if (need > left) return false;
    left += held;
  }
  return true;
}
