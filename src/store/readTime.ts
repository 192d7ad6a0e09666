/** How long a read of a bucket takes, for the weather: from the call to the answer, before the body comes. */
import { withTimeout } from "../concurrency/timeout.ts";
import { MAX_MS } from "../weather/report.ts";
import type { Overtaken } from "./tiers/tier.ts";

/** Told of each read that a bucket has answered. `ms` is MAX_MS when the read failed or never came. `hit`: it had a copy. */
export type OnRead = (tier: string, ms: number, hit: boolean) => void;

/**
 * Does the read and tells `onRead` of it, once. A read that was overtaken counts too, with its whole time. A tier that is
 * no bucket is never told of.
 */
export function timed<T>(
  tier: string,
  read: (overtaken: Overtaken) => Promise<T>,
  overtaken: Overtaken,
  now: () => number,
  onRead: OnRead,
): Promise<T> {
  const started = now();
  const { promise: answered, resolve } = Promise.withResolvers<boolean>();
  const reading = read({
    get aborted() {
      return overtaken.aborted;
    },
    onAnswer: resolve,
  });
  // What ends without `onAnswer` is no bucket's, or it failed.
  const failed = reading.then(
    () => null,
    () => undefined,
  );
  void withTimeout(Promise.race([answered, failed]), MAX_MS).then(
    (hit) => hit !== null && onRead(tier, hit === undefined ? MAX_MS : now() - started, hit ?? false),
    () => onRead(tier, MAX_MS, false),
  );
  return reading;
}
