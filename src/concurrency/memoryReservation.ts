/** Room for a source's bytes in this isolate's memory: taken before they are held, given back when they are dropped. */
import { Failure } from "../errors.ts";
import type { Account, MemoryBudget } from "./memoryBudget.ts";
import type { Priority } from "./priority.ts";

export class MemoryReservation {
  readonly #budget: MemoryBudget;
  readonly #account: Account;
  #left = false;

  constructor(budget: MemoryBudget, priority: Priority) {
    this.#budget = budget;
    this.#account = budget.open(priority);
  }

  /** Waits until `bytes` in all may be held, of `claim` there may be in the end. Rejects with Failure `queue_full`. */
  async grow(bytes: number, claim = bytes): Promise<void> {
    if (this.#left) throw new Failure("internal", {}, "room asked for by who has left");
    await this.#budget.grow(this.#account, bytes, claim);
  }

  /** All has come: it is `bytes`, and there will be no more. */
  settle(bytes: number): void {
    if (!this.#left) this.#budget.settle(this.#account, bytes);
  }

  /** Gives everything back; may be called twice. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#budget.close(this.#account);
  }
}
