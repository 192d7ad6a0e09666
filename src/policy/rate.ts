/** How many new pictures a client may cause: only misses count, and only those nobody signed for. */

import type { Scope } from "../context/scope.ts";
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";

/** The rate limit binding's own period (wrangler.toml). */
const PERIOD_SECONDS = 60;

/** Throws Failure `rate_limited` when this client has caused too many misses. A limiter that fails limits nobody. */
export async function limitMisses(wanted: Pick<ImageRequest, "authority">, scope: Scope): Promise<void> {
  if (wanted.authority === "signature" || scope.warming) return;
  const outcome = await scope.env.MISS_LIMIT.limit({ key: scope.client() }).catch(() => ({ success: true }));
  if (!outcome.success) throw new Failure("rate_limited", { retryAfter: PERIOD_SECONDS });
}
