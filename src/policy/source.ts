/** May this source be fetched? Asked for the first address and again for every redirect hop. Pure. */
import type { Config } from "../config/config.ts";
import { type HostPattern, parseHostPattern } from "../config/hostPattern.ts";
import { Failure } from "../errors.ts";
import type { ImageRequest, RenditionRequest } from "../request/imageRequest.ts";
import { parseAddress, refusedRange } from "./address.ts";
import { isLoopbackHost, judgeName, matchesPattern, portOf } from "./hosts.ts";

type Authority = ImageRequest["authority"];
type SourceRules = Pick<Config, "allowedSources" | "signedNeedsAllowed" | "httpSources" | "allowLoopbackSources">;

const PORTS: readonly string[] = ["80", "443"];

/** Each list is parsed once. A configuration keeps the same array for its whole life. */
const PATTERNS = new WeakMap<readonly string[], readonly HostPattern[]>();

/**
 * Checks the place of a source. `ownHost` is the host (with its port, if any) that this Worker answers on. Throws Failure:
 * `source_invalid` (scheme, credentials, no such name), `address_private`, `loop` (the source is ourselves),
 * `source_not_allowed` (port, or not listed where the list counts), `http_source_denied`; `misconfigured` when
 * loopback sources are on while we ourselves are not on loopback.
 */
export function checkSource(source: URL | string, authority: Authority, config: SourceRules, ownHost: string): void {
  const url = typeof source === "string" ? parseSource(source) : source;
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Failure("source_invalid", { why: `scheme ${url.protocol} is not http: or https:` });
  }
  if (url.username !== "" || url.password !== "") {
    throw new Failure("source_invalid", { why: "it holds credentials" });
  }
  checkOwnHost(config, ownHost);
  const loopback = config.allowLoopbackSources && isLoopbackHost(url.hostname);
  if (!loopback) checkPlace(url, ownHost);
  if (url.protocol === "http:" && config.httpSources === "deny") throw new Failure("http_source_denied");
  if (isOurselves(url, ownHost)) throw new Failure("loop", {}, `source is our own host ${url.host}`);
  const listed = authority === "list" || (authority === "signature" && config.signedNeedsAllowed);
  if (listed && !isListed(url, config.allowedSources)) {
    const why = "its host or path is not on the list of allowed sources";
    throw new Failure("source_not_allowed", { why }, `${url.host} matches no allowed source`);
  }
}

/** Requests judged before, and under what. */
const JUDGED = new WeakMap<RenditionRequest, { readonly config: SourceRules; readonly ownHost: string }>();

/** `checkSource` of a request. One that the isolate remembers is judged once, until the configuration is another. */
export function checkRequestedSource(wanted: RenditionRequest, config: SourceRules, ownHost: string): void {
  const before = JUDGED.get(wanted);
  if (before?.config === config && before.ownHost === ownHost) return;
  checkSource(wanted.source, wanted.authority, config, ownHost);
  JUDGED.set(wanted, { config, ownHost });
}

/**
 * `checkSource` for a redirect's target, resolved against the hop before it. What permitted the first address has to
 * permit this one too.
 */
export function checkHop(
  url: URL,
  from: { readonly authority: Authority; readonly ownHost: string },
  config: SourceRules,
): void {
  checkSource(url, from.authority, config, from.ownHost);
}

/** Loopback sources are for development. Throws Failure `misconfigured` when they are on and our own host is public. */
export function checkOwnHost(config: Pick<Config, "allowLoopbackSources">, ownHost: string): void {
  if (!config.allowLoopbackSources || isLoopbackHost(hostOf(ownHost).hostname)) return;
  throw new Failure("misconfigured", {}, `ALLOW_LOOPBACK_SOURCES is set, but this Worker answers on ${ownHost}`);
}

/** Whether one of the patterns (`ALLOWED_SOURCES`) matches. An empty list matches nothing. */
export function isListed(url: URL, allowedSources: readonly string[]): boolean {
  let patterns = PATTERNS.get(allowedSources);
  if (patterns === undefined) {
    patterns = allowedSources.map(parseHostPattern);
    PATTERNS.set(allowedSources, patterns);
  }
  return patterns.some((pattern) => matchesPattern(url, pattern));
}

function parseSource(text: string): URL {
  if (!URL.canParse(text)) throw new Failure("source_invalid", { why: "it is not an absolute URL" });
  return new URL(text);
}

function checkPlace(url: URL, ownHost: string): void {
  const address = parseAddress(url.hostname);
  const range = address === null ? null : refusedRange(address);
  if (range !== null) throw privateAddress(url, ownHost, `is in ${range}`);
  const name = address === null ? judgeName(url.hostname) : "public";
  if (name === "local") throw privateAddress(url, ownHost, "is a local name");
  if (name === "malformed") throw new Failure("source_invalid", { why: "its host is not a public name" });
  const port = portOf(url);
  if (PORTS.includes(port)) return;
  // The message says the port only. The host goes to the log: a redirect's target was not written by the client.
  const why = `its port ${port} is none of ${PORTS.join(", ")}`;
  throw new Failure("source_not_allowed", { why }, `${url.hostname} at port ${port}`);
}

/** Only a Worker on a developer's machine names the variable: elsewhere it would be an error to set it. */
function privateAddress(url: URL, ownHost: string, why: string): Failure {
  const isDevelopment = isLoopbackHost(url.hostname) && isLoopbackHost(hostOf(ownHost).hostname);
  const hint = isDevelopment ? ": ALLOW_LOOPBACK_SOURCES=true allows sources of this machine" : "";
  return new Failure("address_private", { hint }, `${url.hostname} ${why}`);
}

/**
 * Whether a source is this Worker. A public host is, at any port. On loopback the port tells servers apart, and every
 * loopback name means the same machine.
 */
function isOurselves(url: URL, ownHost: string): boolean {
  const own = hostOf(ownHost);
  if (isLoopbackHost(own.hostname)) return isLoopbackHost(url.hostname) && portOf(url) === portOf(own);
  return url.hostname === own.hostname || url.hostname === `${own.hostname}.`;
}

function hostOf(host: string): URL {
  return new URL(`http://${host}`);
}
