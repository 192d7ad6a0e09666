/** Remembers in this isolate what was done a short while ago, so that it is not done again. Bounded. */
export class RecentKeys {
  readonly #windowMs: number;
  readonly #capacity: number;
  readonly #times = new Map<string, number>();

  /** At most `capacity` names are remembered for `windowMs`; when full the oldest is forgotten. */
  constructor(windowMs: number, capacity: number) {
    this.#windowMs = windowMs;
    this.#capacity = capacity;
  }

  /** True for the first call with this name within the window, which starts anew with it. */
  first(name: string, now: number): boolean {
    const at = this.#times.get(name);
    if (at !== undefined && now >= at && now - at < this.#windowMs) return false;
    this.#times.delete(name);
    this.#times.set(name, now);
    if (this.#times.size > this.#capacity) {
      for (const oldest of this.#times.keys()) {
        this.#times.delete(oldest);
        break;
      }
    }
    return true;
  }
}
