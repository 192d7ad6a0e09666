/** Pictures one after the other: the engines of an isolate keep memory of their own. */

let last: Promise<unknown> = Promise.resolve();

/**
 * Does the work when its turn comes. `begun` is awaited before the work: once the caller has heard of it, what ends this
 * Worker is this picture. Rejects when the caller is gone, and with what the work throws.
 */
export function inTurn<T>(begun: () => unknown, work: () => Promise<T>): Promise<T> {
  const answer = last.then(async () => {
    await begun();
    return work();
  });
  // Its value is not kept: the pixels would stay until the next picture.
  last = answer.then(
    () => undefined,
    () => undefined,
  );
  return answer;
}
