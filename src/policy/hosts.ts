/** Host names, and what a host pattern matches. Pure. Names are compared after WHATWG URL parsing (lower case, punycode). */
import type { HostPattern } from "../config/hostPattern.ts";
import { isLoopback, parseAddress } from "./address.ts";

/** Names that mean "this machine" or "this network". Each stands for its subdomains too. */
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
 * What a host name (not an address) is. `local`: it names this machine or network, or has only one label. `malformed`:
 * no public DNS name has this form (RFC 1035 2.3.4 lengths; letters, digits, `-`, `_`; no empty label). A trailing dot is
 * malformed too, because it would be a second spelling of the same host.
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
 * Whether a source matches a pattern. Hosts are compared label by label and paths segment by segment, so `*.b.test`
 * does not match `evilb.test`, and `/a` does not match the path `/ab`. When the pattern has a path, a source path with an
 * encoded separator (`%2F`, `%5C`) does not match, because we cannot know how the source reads it.
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

/** The port that a URL connects to. Without a port in the URL it is the scheme's own. */
export function portOf(url: URL): string {
  if (url.port !== "") return url.port;
  return url.protocol === "https:" ? "443" : "80";
}
