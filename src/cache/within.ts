/** A store that hangs must not hang a request: waiting with a limit. */

/** How long a store is waited for where the source can be asked instead, in milliseconds. */
export const STORE_WAIT_MS = 2_000;

/** What `within` rejects with when the time is over. */
export class Late extends Error {}

/** The promise's outcome, or a rejection with Late after `ms`. A rejection that comes later is nobody's. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
