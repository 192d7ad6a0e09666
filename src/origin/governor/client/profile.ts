/** Body bytes of one exchange as they came, in steps of time: what a governor needs to know of any window. */
import { PROFILE_MS } from "../port.ts";

/** Most steps. What comes later counts in the last one. */
const MAX_STEPS = 3_000;

export class Profile {
  readonly #startedAt: number;
  readonly #steps: number[] = [];
  #total = 0;

  /** `startedAt`: when the exchange started, in the milliseconds of the clock that `add` is told. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Bytes so far. */
  get total(): number {
    return this.#total;
  }

  /** `bytes` more have come at `now`. A clock that was set back counts as standing still. */
  add(bytes: number, now: number): void {
    const step = Math.floor((now - this.#startedAt) / PROFILE_MS);
    const at = Math.min(Math.max(step, this.#steps.length - 1, 0), MAX_STEPS - 1);
    while (this.#steps.length <= at) this.#steps.push(0);
    this.#steps[at] = (this.#steps[at] ?? 0) + bytes;
    this.#total += bytes;
  }

  /** Bytes in each step of PROFILE_MS since the start, as in `Release`. */
  get steps(): readonly number[] {
    return [...this.#steps];
  }
}
