/** A store that hangs must not hang a request: waiting with a limit. */

/** How long a store is waited for where the source can be asked instead, in milliseconds. */
export const STORE_WAIT_MS = 2_000;

/** What `within` rejects with when the time is over. */
export class TimeoutError extends Error {}

/** The promise's outcome, or a rejection with Late after `ms`. A rejection that comes later is nobody's. */
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
