/** How many new pictures one client may wait for at once in this isolate. Hits are not counted. */
import { Failure } from "../errors.ts";

/** When a client that has too many is told to come back, in seconds: most pictures are made by then. */
const RETRY_SECONDS = 1;

/** Its memory is bounded: only clients with work in flight are in it. */
export class InFlight {
  readonly #counts = new Map<string, number>();

  /**
   * Counts one miss of the client of this name, and gives what to call once when it is over. `most`: 0 = any number. Throws
   * Failure `in_flight_limited` when the client has so many already.
   */
  enter(client: string, most: number): () => void {
    if (most === 0) return () => undefined;
    const count = this.#counts.get(client) ?? 0;
    if (count >= most) throw new Failure("in_flight_limited", { limit: most, retryAfter: RETRY_SECONDS });
    this.#counts.set(client, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const rest = (this.#counts.get(client) ?? 1) - 1;
      if (rest === 0) this.#counts.delete(client);
      else this.#counts.set(client, rest);
    };
  }

  /** Clients that have misses in flight. */
  get size(): number {
    return this.#counts.size;
  }
}
