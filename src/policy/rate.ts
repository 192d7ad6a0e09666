/** How many new pictures a client may cause. Only misses count, and only those that no signature permits. */
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";

/** The rate limit binding's own period (wrangler.toml). */
const PERIOD_SECONDS = 60;

/** The rate limit binding, as far as it is used here. */
export type MissLimiter = { limit(options: { key: string }): Promise<{ success: boolean }> };

/**
 * Counts a miss of this client. `client` gives the name it is counted under (`clientKey`). Throws Failure `rate_limited`
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

/**
 * The name a client is counted under: its IPv4 address, or the /64 of its IPv6 address, which belongs to one customer
 * (RFC 6177). Addresses that are not known count as one client.
 */
export function clientKey(address: string | null): string {
  if (address === null) return "unknown";
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const all = [...groups, ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...(tail ? tail.split(":") : [])];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
