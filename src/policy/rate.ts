/** How many new pictures a client may cause. Only misses count, and only those that nobody signed for. */
import type { BoundedMap } from "../concurrency/boundedMap.ts";
import { Failure } from "../errors.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";

/** The rate limit binding's own period (wrangler.toml). */
const PERIOD_SECONDS = 60;
/** How long a client that is over its rate is refused without asking the limiter again, in milliseconds. */
const MEMO_MS = 10_000;

/** The rate limit binding, as far as it is used here. */
type MissLimiter = { limit(options: { key: string }): Promise<{ success: boolean }> };

type RatedCaller = { readonly isRateLimited: boolean; readonly clientKey: () => string };

/** Client key -> unix ms until which its misses are refused. */
export type OverRate = BoundedMap<string, number>;

/** Throws Failure `rate_limited` when the limiter has just said that this client is over its rate: costs no call. */
export function refuseOverRate(
  request: Pick<RenditionRequest, "authority">,
  caller: RatedCaller,
  overRate: OverRate,
  now: number,
): void {
  if (!isLimited(request, caller)) return;
  const until = overRate.get(caller.clientKey());
  if (until !== undefined && now < until && until - now <= MEMO_MS) throw refusal();
}

/** Throws Failure `rate_limited` when this client has caused too many misses. A limiter that fails limits nobody. */
export async function limitMisses(
  request: Pick<RenditionRequest, "authority">,
  caller: RatedCaller,
  limiter: MissLimiter,
  overRate: OverRate,
  now: number,
): Promise<void> {
  if (!isLimited(request, caller)) return;
  const key = caller.clientKey();
  const outcome = await limiter.limit({ key }).catch(() => ({ success: true }));
  if (outcome.success) return;
  overRate.set(key, now + MEMO_MS);
  throw refusal();
}

function isLimited({ authority }: Pick<RenditionRequest, "authority">, { isRateLimited }: RatedCaller): boolean {
  return authority !== "signature" && isRateLimited;
}

function refusal(): Failure {
  return new Failure("rate_limited", { retryAfter: PERIOD_SECONDS });
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
