/** One request's share of the isolate's memory for source bytes: reserved before bytes are held, released afterwards. */
import { Failure } from "../errors.ts";
import type { Account, MemoryBudget } from "./memoryBudget.ts";
import type { Priority } from "./priority.ts";

export class MemoryReservation {
  readonly #budget: MemoryBudget;
  readonly #account: Account;
  #released = false;

  constructor(budget: MemoryBudget, priority: Priority) {
    this.#budget = budget;
    this.#account = budget.open(priority);
  }

  /**
   * Waits until the request may hold `bytes` in all. `claim` is what it may come to in the end. Rejects with Failure
   * `queue_full`.
   */
  async reserve(bytes: number, claim = bytes): Promise<void> {
    if (this.#released) throw new Failure("internal", {}, "memory reserved after its release");
    await this.#budget.reserve(this.#account, bytes, claim);
  }

  /** Others wait for memory. */
  get contended(): boolean {
    return this.#budget.waiting > 0;
  }

  /** The source has ended with `bytes` in all. */
  settle(bytes: number): void {
    if (!this.#released) this.#budget.settle(this.#account, bytes);
  }

  /** Gives everything back; may be called twice. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#budget.close(this.#account);
  }
}
