/** How many new pictures a client may cause. Only misses count, and only those that no signature permits. */
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";

/** The rate limit binding's own period (wrangler.toml). */
const PERIOD_SECONDS = 60;

/** The rate limit binding, as far as it is used here. */
export type MissLimiter = { limit(options: { key: string }): Promise<{ success: boolean }> };

/**
 * Counts a miss of this client. `client` gives the name it is counted under (client.ts). Throws Failure `rate_limited`
 * when it has caused too many. A limiter that fails limits nobody.
 */
export async function limitMisses(
  { authority }: Pick<ImageRequest, "authority">,
  client: () => string,
  limiter: MissLimiter,
): Promise<void> {
  if (authority === "signature") return;
  const outcome = await limiter.limit({ key: client() }).catch(() => ({ success: true }));
  if (!outcome.success) throw new Failure("rate_limited", { retryAfter: PERIOD_SECONDS });
}
