/** How many new pictures a client may cause. Only misses count, and only those that nobody signed for. */
import type { BoundedMap } from "../concurrency/boundedMap.ts";
import { Failure } from "../errors.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { isMapped, parseAddress } from "./address.ts";

/** The rate limit binding's own period (wrangler.toml). */
const PERIOD_SECONDS = 60;
/** How long a client that is over its rate is refused without asking the limiter again, in milliseconds. */
const MEMO_MS = 10_000;

/** The rate limit binding, as far as it is used here. */
type MissLimiter = { limit(options: { key: string }): Promise<{ success: boolean }> };

type RatedCaller = { readonly isRateLimited: boolean; readonly clientKeys: () => readonly string[] };

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
  for (const key of caller.clientKeys()) {
    const until = overRate.get(key);
    if (until !== undefined && now < until && until - now <= MEMO_MS) throw refusal();
  }
}

/**
 * Throws Failure `rate_limited` when this client, or the site it belongs to, has caused too many misses. A miss that is
 * refused under one key is not counted under the next. A limiter that fails limits nobody.
 */
export async function limitMisses(
  request: Pick<RenditionRequest, "authority">,
  caller: RatedCaller,
  limiter: MissLimiter,
  overRate: OverRate,
  now: number,
): Promise<void> {
  if (!isLimited(request, caller)) return;
  for (const key of caller.clientKeys()) {
    const outcome = await limiter.limit({ key }).catch(() => ({ success: true }));
    if (outcome.success) continue;
    overRate.set(key, now + MEMO_MS);
    throw refusal();
  }
}

function isLimited({ authority }: Pick<RenditionRequest, "authority">, { isRateLimited }: RatedCaller): boolean {
  return authority !== "signature" && isRateLimited;
}

function refusal(): Failure {
  return new Failure("rate_limited", { retryAfter: PERIOD_SECONDS });
}

/** The /56 blocks of a /48 are put into so many groups, and so are the /64 networks of a /56. */
const GROUPS = 4;

/**
 * The names that a client's misses are counted under, the narrowest first. IPv4: the address. IPv6: the /64, which is one
 * network, then a part of the /48, which is the most that one site has (RFC 6177); else its owner had 65 536 limits. The
 * limiter has one limit for every key, so the /48 is counted in 16 parts: 16 limits for a /48, 4 for a /56. One part is
 * shared by a fourth of the /56 blocks, so that a household cannot use up the limits of its whole /48. Addresses that
 * are not known count as one client.
 */
export function clientKeys(address: string | null): readonly string[] {
  const bytes = address === null ? null : parseAddress(address);
  if (bytes === null) return ["unknown"];
  if (bytes.length === 4) return [bytes.join(".")];
  if (isMapped(bytes)) return [bytes.subarray(12).join(".")];
  const groups = [0, 2, 4, 6].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  const part = `${(bytes[6] ?? 0) % GROUPS}.${(bytes[7] ?? 0) % GROUPS}`;
  return [`${groups.join(":")}::/64`, `${groups.slice(0, 3).join(":")}::/48 part ${part}`];
}
