import type { DedupTable } from "./dedupTable.ts";

/** Hints that leave in one push. Reused, one per connection, so that a push allocates little. */
export class PushBatch {
  /** The arrays may be longer than the batch: shortening them to nothing would give their memory back each time. */
  readonly #paths: string[] = [];
  readonly #expiries: number[] = [];
  readonly keyLow: number[] = [];
  readonly keyHigh: number[] = [];
  #size = 0;
  /** Index of the format. */
  format = 0;
  /** 0 for the first try, 1 for the one retry. */
  attempt = 0;
  /** Steady ms when it was sent. */
  sentAt = 0;

  get size(): number {
    return this.#size;
  }

  get paths(): readonly string[] {
    return this.#cut(this.#paths);
  }

  /** Unix ms after which each is too old. */
  get expiries(): readonly number[] {
    return this.#cut(this.#expiries);
  }

  add(path: string, expiry: number, keyLow: number, keyHigh: number): void {
    const at = this.#size++;
    this.#paths[at] = path;
    this.#expiries[at] = expiry;
    this.keyLow[at] = keyLow;
    this.keyHigh[at] = keyHigh;
  }

  clear(): void {
    this.#size = 0;
    this.attempt = 0;
  }

  /** Takes out, from memory of the pushed keys too, what is too old now; gives how many went. */
  dropExpired(now: number, keys: DedupTable): number {
    const before = this.#size;
    let kept = 0;
    for (let i = 0; i < before; i++) {
      const [keyLow, keyHigh] = [this.keyLow[i] as number, this.keyHigh[i] as number];
      if (now > (this.#expiries[i] as number)) {
        keys.remove(keyLow, keyHigh);
        continue;
      }
      this.#paths[kept] = this.#paths[i] as string;
      this.#expiries[kept] = this.#expiries[i] as number;
      this.keyLow[kept] = keyLow;
      this.keyHigh[kept] = keyHigh;
      kept++;
    }
    this.#size = kept;
    return before - kept;
  }

  #cut<T>(array: T[]): readonly T[] {
    if (array.length > this.#size) array.length = this.#size;
    return array;
  }
}
