import type { RecentKeys } from "./dedup.ts";

/** Hints that leave in one push. Reused, one per connection, so that a push allocates little. */
export class Batch {
  readonly paths: string[] = [];
  /** Unix ms after which each is too old. */
  readonly expiries: number[] = [];
  readonly lane1: number[] = [];
  readonly lane2: number[] = [];
  /** Index of the format. */
  format = 0;
  /** 0 for the first try, 1 for the one retry. */
  attempt = 0;

  get size(): number {
    return this.paths.length;
  }

  add(path: string, expiry: number, lane1: number, lane2: number): void {
    this.paths.push(path);
    this.expiries.push(expiry);
    this.lane1.push(lane1);
    this.lane2.push(lane2);
  }

  clear(): void {
    this.paths.length = 0;
    this.expiries.length = 0;
    this.lane1.length = 0;
    this.lane2.length = 0;
    this.attempt = 0;
  }

  /** Takes out, from memory of the pushed keys too, what is too old now; gives how many went. */
  dropExpired(now: number, keys: RecentKeys): number {
    let kept = 0;
    for (let i = 0; i < this.paths.length; i++) {
      if (now > (this.expiries[i] as number)) {
        keys.remove(this.lane1[i] as number, this.lane2[i] as number);
        continue;
      }
      this.paths[kept] = this.paths[i] as string;
      this.expiries[kept] = this.expiries[i] as number;
      this.lane1[kept] = this.lane1[i] as number;
      this.lane2[kept] = this.lane2[i] as number;
      kept++;
    }
    const gone = this.paths.length - kept;
    this.paths.length = kept;
    this.expiries.length = kept;
    this.lane1.length = kept;
    this.lane2.length = kept;
    return gone;
  }
}
