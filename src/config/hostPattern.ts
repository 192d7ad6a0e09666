/** The syntax of one entry of `ALLOWED_SOURCES`. policy/hosts.ts says what an entry matches. Pure. */

/** A host pattern, parsed. */
export type HostPattern = {
  /** null = either scheme. */
  readonly scheme: "http:" | "https:" | null;
  readonly subdomains: boolean;
  readonly hostname: string;
  /** null = any port that the policy allows. */
  readonly port: string | null;
  /** The path that a source must be under, without a slash at the end. Empty = every path. */
  readonly path: string;
};

/** A pattern with fewer labels would match a whole top-level domain. */
const MIN_WILDCARD_LABELS = 2;

/**
 * Reads `example.org`, `*.example.org` (subdomains, not the name itself), `example.org:8080`, `example.org/photos`,
 * `https://example.org`. Throws an Error with the reason for any other text. `*` alone and `*.org` are refused, because
 * they would make an open proxy. `*.co.uk` is accepted: only the public suffix list tells it from `*.example.uk`.
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
  if (subdomains && isAddress(url.hostname)) throw new Error(`"${text}": an address has no subdomains`);
  const labels = url.hostname.split(".").filter((label) => label !== "").length;
  if (subdomains && labels < MIN_WILDCARD_LABELS) {
    throw new Error(`"${text}": *. needs a name of ${MIN_WILDCARD_LABELS} labels or more after it, not ${labels}`);
  }
  const explicit = /^(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(bare)?.[1];
  const port = explicit === undefined ? null : String(Number(explicit));
  return { scheme, subdomains, hostname: url.hostname, port, path: url.pathname.replace(/\/$/, "") };
}

/** Whether the host of a parsed URL is an IP address. WHATWG parsing writes them as dotted decimal or bracketed IPv6. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);
}
