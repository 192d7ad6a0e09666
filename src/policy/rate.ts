/**
 * How many new pictures may be caused. Only misses count: without a signature those of a client, with the signature of a key
 * that has a limit class those of all addresses that this key has signed.
 */
import type { BoundedMap } from "../concurrency/boundedMap.ts";
import type { KeyClass } from "../config/config.ts";
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

/** The bindings by name. A deployment may leave out those of keys. */
export type Limiters = { readonly MISS_LIMIT: MissLimiter } & Partial<
  Readonly<Record<(typeof KEY_LIMITERS)[Exclude<KeyClass, "none">], MissLimiter>>
>;

/** The binding of each limit class of signing keys. */
const KEY_LIMITERS = { standard: "KEY_LIMIT_STANDARD", strict: "KEY_LIMIT_STRICT" } as const satisfies Record<
  Exclude<KeyClass, "none">,
  string
>;

type RatedRequest = Pick<RenditionRequest, "authority" | "signer">;

/** Client key -> unix ms until which its misses are refused. */
export type OverRate = BoundedMap<string, number>;

/**
 * Throws Failure `rate_limited` when the limiter has just said that this client is over its rate: costs no call. Not for a
 * signing key: its pictures are asked for by everybody, and what is stored of them stays to be had.
 */
export function refuseOverRate(request: RatedRequest, caller: RatedCaller, overRate: OverRate, now: number): void {
  if (request.authority !== "signature") refuseRemembered(countedUnder(request, caller), overRate, now);
}

function refuseRemembered(keys: readonly string[], overRate: OverRate, now: number): void {
  for (const key of keys) {
    const until = overRate.get(key);
    if (until !== undefined && now < until && until - now <= MEMO_MS) throw refusal();
  }
}

/**
 * Throws Failure `rate_limited` when this client, or the site it belongs to, has caused too many misses. A miss that is
 * refused under one key is not counted under the next. A limiter that fails limits nobody.
 */
export async function limitMisses(
  request: RatedRequest,
  caller: RatedCaller,
  limiters: Limiters,
  overRate: OverRate,
  now: number,
): Promise<void> {
  const limit = request.signer?.limit ?? "none";
  const limiter = limit === "none" ? limiters.MISS_LIMIT : limiters[KEY_LIMITERS[limit]];
  const keys = countedUnder(request, caller);
  refuseRemembered(keys, overRate, now);
  for (const key of keys) {
    const outcome = await limiter?.limit({ key }).catch(() => ({ success: true }));
    if (outcome?.success !== false) continue;
    overRate.set(key, now + MEMO_MS);
    throw refusal();
  }
}

/** The names that a miss is counted under; none = it is not counted. No client's name has a blank in front of a key's. */
function countedUnder({ authority, signer }: RatedRequest, caller: RatedCaller): readonly string[] {
  if (!caller.isRateLimited) return [];
  if (authority !== "signature") return caller.clientKeys();
  return signer === undefined || signer.limit === "none" ? [] : [`signing key ${signer.name}`];
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
