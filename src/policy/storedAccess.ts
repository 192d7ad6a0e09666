/**
 * May a stored thing be used for this caller? The address that its bytes came from, after redirects, counts as much as
 * the address asked for: a takedown of the target must reach what came through a redirect, and a caller who is held to
 * a list must not get what a signed caller stored from elsewhere. Pure.
 */
import type { Config } from "../config/config.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { isListed } from "./source.ts";

/** `purged`: stored before the last purge of its final host. `retired`: an operator withdrew the encoder's version. */
export type StoredAccess = "allowed" | "purged" | "retired" | "blocked" | "unlisted";

type Hashes = { readonly host16: string; readonly source32: string };
type StoredThing = {
  readonly final: Hashes & { readonly url: string; readonly complete: boolean };
  readonly storedAt: number;
  readonly maker?: string;
};
type AccessRules = Pick<Config, "blocked" | "epochs" | "retiredMakers" | "allowedSources" | "signedNeedsAllowed">;

/** `asked`: hashes of the address asked for; what they alone decide was checked before any store was read. */
export function storedAccess(
  { final, storedAt, maker }: StoredThing,
  asked: Hashes,
  authority: ImageRequest["authority"],
  rules: AccessRules,
): StoredAccess {
  if (maker !== undefined && rules.retiredMakers.has(maker)) return "retired";
  if (final.source32 === asked.source32) return "allowed";
  if (isBlocked(final, rules)) return "blocked";
  if (storedAt < epochOf(final, rules)) return "purged";
  const isHeldToList = authority === "list" || (authority === "signature" && rules.signedNeedsAllowed);
  return isHeldToList && !isFinalListed(final, rules.allowedSources) ? "unlisted" : "allowed";
}

/** Whether an operator has taken the source or its whole host down. */
export function isBlocked({ host16, source32 }: Hashes, { blocked }: Pick<Config, "blocked">): boolean {
  return blocked.sources.has(source32) || blocked.hosts.has(host16);
}

/** Unix ms of the host's last purge, 0 = never. */
export function epochOf({ host16 }: Pick<Hashes, "host16">, { epochs }: Pick<Config, "epochs">): number {
  return epochs[host16] ?? 0;
}

/** An address that was cut cannot be compared with a pattern's path, so it counts as not listed. */
function isFinalListed({ url, complete }: StoredThing["final"], allowedSources: readonly string[]): boolean {
  if (complete) return URL.canParse(url) && isListed(new URL(url), allowedSources);
  const origin = /^https?:\/\/[^/?#]+(?=[/?#])/.exec(url)?.[0];
  // Without a path the address lies under every pattern that its host matches whole, and under no pattern with a path.
  return origin !== undefined && isListed(new URL(origin), allowedSources);
}
