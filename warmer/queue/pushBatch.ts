import type { DedupTable } from "./dedupTable.ts";

/** The hints of one push. Batches are reused, so a push allocates little. */
export class PushBatch {
  /** The arrays may be longer than the batch. Truncating them to 0 would free their memory for each push. */
  readonly #paths: string[] = [];
  readonly #expiries: number[] = [];
  readonly keyLow: number[] = [];
  readonly keyHigh: number[] = [];
  #size = 0;
  /** Index into FORMATS; plus their number if the map of the regions has named the region. */
  format = 0;
  /** 0 for the first try, 1 for the retry. */
  attempt = 0;
  /** When it was sent, ms of the steady clock. */
  sentAt = 0;
  /** No other request waited for its first line when it was sent. */
  alone = false;
  /** The edge has taken it: its first line has come. */
  acknowledged = false;
  /** How much longer than others it may wait for the end of its response, ms: the edge has begun to answer. */
  graceMs = 0;

  get size(): number {
    return this.#size;
  }

  get paths(): readonly string[] {
    return this.#cut(this.#paths);
  }

  /** For each hint: unix ms after which it is too old. */
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
    this.graceMs = 0;
    this.acknowledged = false;
  }

  /** Removes the hints that are too old now, also from the dedup table. Returns how many. */
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
