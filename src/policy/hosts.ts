/** Host names and host patterns. Pure; names are compared as WHATWG URL parsing leaves them (lower case, punycode). */
import type { HostPattern } from "../config/hostPattern.ts";
import { isLoopback, parseAddress } from "./address.ts";

/** Names that mean "this machine" or "this network", and so are no third party's. Each stands for its subdomains too. */
const LOCAL_NAMES = [
  { suffix: "localhost", by: "RFC 6761 6.3" },
  { suffix: "local", by: "RFC 6762" },
  { suffix: "internal", by: "ICANN resolution 2024.07.29.06; metadata.google.internal" },
  { suffix: "home.arpa", by: "RFC 8375" },
  { suffix: "onion", by: "RFC 7686" },
  { suffix: "localdomain", by: "resolvers' default search domain" },
  { suffix: "intranet", by: "RFC 6762 appendix G" },
  { suffix: "private", by: "RFC 6762 appendix G" },
  { suffix: "corp", by: "RFC 6762 appendix G" },
  { suffix: "home", by: "RFC 6762 appendix G" },
  { suffix: "lan", by: "RFC 6762 appendix G" },
] as const satisfies readonly { suffix: string; by: string }[];

export type NameVerdict = "public" | "local" | "malformed";

/**
 * What a host name (not an address) is: `local` when it names this machine or network or has one label only,
 * `malformed` when no public DNS name looks so (RFC 1035 2.3.4 lengths; letters, digits, `-`, `_`; no empty label, so
 * no trailing dot either, which would be a second spelling of the same host).
 */
export function judgeName(hostname: string): NameVerdict {
  const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  const local = LOCAL_NAMES.some(({ suffix }) => name === suffix || name.endsWith(`.${suffix}`));
  if (local || !name.includes(".")) return "local";
  const labels = hostname.split(".");
  const wellFormed = hostname.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  return wellFormed ? "public" : "malformed";
}

/** `localhost`, its subdomains, and loopback addresses. */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
  const address = parseAddress(hostname);
  return address !== null && isLoopback(address);
}

/**
 * Whether a source matches a pattern. Hosts are compared label by label and paths segment by segment, so
 * `*.b.test` does not match `evilb.test` nor `/a` the path `/ab`. Where the path counts, one with an encoded separator
 * (`%2F`, `%5C`) does not match: what the source makes of it is not ours to know.
 */
export function matchesPattern(url: URL, pattern: HostPattern): boolean {
  if (pattern.scheme !== null && url.protocol !== pattern.scheme) return false;
  const host = pattern.subdomains ? url.hostname.endsWith(`.${pattern.hostname}`) : url.hostname === pattern.hostname;
  if (!host) return false;
  if (pattern.port !== null && portOf(url) !== pattern.port) return false;
  if (pattern.path === "") return true;
  if (/%2f|%5c/i.test(url.pathname)) return false;
  return url.pathname === pattern.path || url.pathname.startsWith(`${pattern.path}/`);
}

/** The port a URL connects to, its scheme's own when none is written. */
export function portOf(url: URL): string {
  if (url.port !== "") return url.port;
  return url.protocol === "https:" ? "443" : "80";
}
