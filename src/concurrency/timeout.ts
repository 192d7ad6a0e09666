/** Waiting with a limit: a store that hangs must not hang a request. */

/** How long to wait for a store where the source can be asked instead, in milliseconds. */
export const STORE_WAIT_MS = 2_000;

/** What `withTimeout` rejects with when the time is over. */
export class TimeoutError extends Error {}

/** The promise's outcome, or a rejection with TimeoutError after `ms`. A later rejection is ignored. */
export function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(`No answer within ${ms} ms`)), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
