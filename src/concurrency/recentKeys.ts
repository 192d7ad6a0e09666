/** Remembers in this isolate what was done a short while ago, so that it is not done again. Bounded. */
import { BoundedMap } from "./boundedMap.ts";

export class RecentKeys {
  readonly #windowMs: number;
  readonly #times: BoundedMap<string, number>;

  /** Remembers at most `capacity` keys for `windowMs`. When it is full it forgets the oldest. */
  constructor(windowMs: number, capacity: number) {
    this.#windowMs = windowMs;
    this.#times = new BoundedMap(capacity);
  }

  /** True for the first call with this key, which starts its window; false within the window. `now` in unix ms. */
  first(key: string, now: number, windowMs: number = this.#windowMs): boolean {
    const at = this.#times.get(key);
    if (at !== undefined && now >= at && now - at < windowMs) return false;
    this.#times.set(key, now);
    return true;
  }

  /** Whether there was a first call within the window. */
  has(key: string, now: number): boolean {
    const at = this.#times.get(key);
    return at !== undefined && now >= at && now - at < this.#windowMs;
  }

  /** For a key whose work has failed: the next call is a first one again. */
  forget(key: string): void {
    this.#times.delete(key);
  }
}
