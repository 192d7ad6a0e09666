/** One spelling for each source, so that grammars and builders share what is stored. */
import { Failure } from "../../errors.ts";

/**
 * A source as it is fetched and keyed: WHATWG href without fragment, scheme kept, query untouched. WHATWG parsing also
 * reads `http:/x`, `http:///x` and `HTTP://x` as `http://x`. Throws Failure `source_invalid` when it is no http(s) URL.
 */
export function canonicalSource(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new Failure("source_invalid", { why: "it is not an absolute URL" });
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Failure("source_invalid", { why: `scheme ${url.protocol} is not http: or https:` });
  }
  url.hash = "";
  return url.href;
}

/** Whether a text is an absolute http or https URL, as WHATWG URL parsing reads it. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
