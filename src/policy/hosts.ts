/** Host names and host patterns. Pure; names are compared as WHATWG URL parsing leaves them (lower case, punycode). */
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

/** One entry of `ALLOWED_SOURCES`, parsed. */
export type HostPattern = {
  /** null = either scheme. */
  readonly scheme: "http:" | "https:" | null;
  readonly subdomains: boolean;
  readonly hostname: string;
  /** null = any port the policy lets through. */
  readonly port: string | null;
  /** Without a slash at the end; empty = every path. */
  readonly path: string;
};

/** Below that a pattern would stand for a whole top-level domain. */
const MIN_WILDCARD_LABELS = 2;

/**
 * Reads `example.org`, `*.example.org` (subdomains, not the name itself), `example.org:8080`, `example.org/photos`,
 * `https://example.org`. Throws an Error with the reason when it is none of them; a lone `*` and `*.org` are refused,
 * since they would make an open proxy. `*.co.uk` is not told from `*.example.uk`: that takes the public suffix list.
 */
export function parseHostPattern(text: string): HostPattern {
  const scheme = text.startsWith("https://") ? "https:" : text.startsWith("http://") ? "http:" : null;
  const rest = scheme === null ? text : text.slice(scheme.length + 2);
  const subdomains = rest.startsWith("*.");
  const bare = subdomains ? rest.slice(2) : rest;
  if (bare.includes("*")) throw new Error(`"${text}": a * may only stand as *. before a name`);
  const url = URL.canParse(`https://${bare}`) ? new URL(`https://${bare}`) : null;
  if (url === null) throw new Error(`"${text}" is not a host`);
  if (/[@?#]|:\/\//.test(bare)) throw new Error(`"${text}": only http(s)://, host, port and path may stand here`);
  if (subdomains && parseAddress(url.hostname) !== null) throw new Error(`"${text}": an address has no subdomains`);
  const labels = url.hostname.split(".").filter((label) => label !== "").length;
  if (subdomains && labels < MIN_WILDCARD_LABELS) {
    throw new Error(`"${text}": *. needs a name of ${MIN_WILDCARD_LABELS} labels or more after it, not ${labels}`);
  }
  const explicit = /^(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(bare)?.[1];
  const port = explicit === undefined ? null : String(Number(explicit));
  return { scheme, subdomains, hostname: url.hostname, port, path: url.pathname.replace(/\/$/, "") };
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
