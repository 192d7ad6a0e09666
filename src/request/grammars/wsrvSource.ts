/** The addresses in a URL of wsrv.nl's grammar: the source, and what is shown when it fails. */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { isListed } from "../../policy/source.ts";
import { canonicalSource } from "../source/canonicalSource.ts";
import type { Asked } from "./grammar.ts";

/** Escaped again by something on the way. */
const ESCAPED_SCHEME = /^(https?|ssl)%3a/i;

/**
 * The source of a text: an address, `ssl:` before one without a scheme, or one without a scheme, which gets HTTPS. Only
 * the last has a plain twin. Throws Failure `url_invalid` and `source_invalid`.
 */
export function securedSource(written: string): { readonly source: string; readonly plainSource: string | null } {
  const text = ESCAPED_SCHEME.test(written) ? decoded(written) : written;
  if (text === "") throw new Failure("url_invalid", { why: "its parameter url is empty" });
  if (/^https?:|^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { source: canonicalSource(text), plainSource: null };
  const isSecure = /^ssl:/i.test(text);
  const rest = (isSecure ? text.slice("ssl:".length) : text).replace(/^\/+/, "");
  const source = canonicalSource(`https://${rest}`);
  return { source, plainSource: isSecure ? null : canonicalSource(`http://${rest}`) };
}

/**
 * The address of `default`. Readers are sent there, so it must be on the list of allowed sources, or a picture of this
 * grammar here. It has no `default` of its own, so nobody is sent on in circles. Throws Failure `option_invalid`.
 */
export function checkFallback(
  text: string,
  source: string,
  { ownHost }: Pick<Asked, "ownHost">,
  { allowedSources }: Pick<Config, "allowedSources">,
): string {
  const address = text === "1" ? source : securedSource(text).source;
  const url = new URL(address);
  const refuse = (limit: string): never => {
    throw new Failure("option_invalid", { option: "default", value: `"${text.slice(0, 80)}"`, limit });
  };
  if (url.username !== "" || url.password !== "") refuse("an address without user and password");
  if (url.searchParams.has("default")) refuse("an address without a default of its own");
  const isOwn = url.host === ownHost && url.pathname === "/" && url.searchParams.has("url");
  return isOwn || isListed(url, allowedSources) ? address : refuse("an address on the list of allowed sources");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure("url_invalid", { why: "an escape in its source is not UTF-8" });
  }
}
