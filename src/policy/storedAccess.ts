/**
 * May a stored thing be used for this caller? Each address that its bytes came through, and the one that they came from,
 * counts as much as the address asked for: a takedown of any of them must reach what came through a redirect. A caller
 * who is held to a list must not get what a signed caller stored from elsewhere. Pure.
 */
import type { Config } from "../config/config.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { isListed } from "./source.ts";

/** `purged`: stored before the last purge of its final host, or of one on the way. `retired`: an operator withdrew the encoder's version. */
export type StoredAccess = "allowed" | "purged" | "retired" | "blocked" | "unlisted";

/** An address as store keys name it: hashes of its host and of itself. */
export type AddressHashes = { readonly host16: string; readonly source32: string };
/** `via`: the addresses between the one asked for and the final one, in order. Absent if there were none. */
type Redirected = AddressHashes & { readonly via?: readonly AddressHashes[] };

type StoredThing = {
  readonly final: Redirected & { readonly url: string; readonly complete: boolean };
  readonly storedAt: number;
  readonly maker?: string;
};
type AccessRules = Pick<Config, "blocked" | "epochs" | "retiredMakers" | "allowedSources" | "signedNeedsAllowed">;

/** `asked`: hashes of the address asked for; what they alone decide was checked before any store was read. */
export function storedAccess(
  { final, storedAt, maker }: StoredThing,
  asked: AddressHashes,
  authority: ImageRequest["authority"],
  rules: AccessRules,
): StoredAccess {
  if (maker !== undefined && rules.retiredMakers.has(maker)) return "retired";
  const behind = addressesBehind(final, asked);
  if (behind.some((address) => isBlocked(address, rules))) return "blocked";
  if (behind.some((address) => storedAt < epochOf(address, rules))) return "purged";
  if (final.source32 === asked.source32) return "allowed";
  const isHeldToList = authority === "list" || (authority === "signature" && rules.signedNeedsAllowed);
  return isHeldToList && !isFinalListed(final, rules.allowedSources) ? "unlisted" : "allowed";
}

/** The addresses beside `asked` that the bytes came through or from. Takedowns and purges of each of them count. */
export function addressesBehind(final: Redirected, asked: AddressHashes): readonly AddressHashes[] {
  const { via = [] } = final;
  return final.source32 === asked.source32 ? via : [...via, final];
}

/** Whether an operator has taken the source or its whole host down. */
export function isBlocked({ host16, source32 }: AddressHashes, { blocked }: Pick<Config, "blocked">): boolean {
  return blocked.sources.has(source32) || blocked.hosts.has(host16);
}

/** Whether `<host16>/<source32>` is blocked. */
export function isTakenDown(source: string, config: Pick<Config, "blocked">): boolean {
  const [host16 = "", source32 = ""] = source.split("/");
  return isBlocked({ host16, source32 }, config);
}

/** Unix ms of the host's last purge, 0 = never. */
export function epochOf({ host16 }: Pick<AddressHashes, "host16">, { epochs }: Pick<Config, "epochs">): number {
  return epochs[host16] ?? 0;
}

/** An address that was cut cannot be compared with a pattern's path, so it counts as not listed. */
function isFinalListed({ url, complete }: StoredThing["final"], allowedSources: readonly string[]): boolean {
  if (complete) return URL.canParse(url) && isListed(new URL(url), allowedSources);
  const origin = /^https?:\/\/[^/?#]+(?=[/?#])/.exec(url)?.[0];
  // Without a path the address lies under every pattern that its host matches whole, and under no pattern with a path.
  return origin !== undefined && isListed(new URL(origin), allowedSources);
}
