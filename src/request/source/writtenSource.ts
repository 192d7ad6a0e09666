/** A source as other programs write it into a path or a query, in their several degrees of escaping. */
import { Failure } from "../../errors.ts";
import { canonicalSource } from "./canonicalSource.ts";

/** A scheme whose colon is escaped: the whole address was escaped. */
const ESCAPED_SCHEME = /^https?%3a/i;
/** A zone or proxy may have merged the slashes. WHATWG parsing reads one or three of them as two. */
const SCHEME = /^https?:/i;

/**
 * The canonical source of a path that ends with an address, `{address}?{query}`. `escaping`: what is undone in an address
 * whose scheme stands there in clear. `none`: it is taken as it is, save that `%3F` begins its query where there is no
 * other (builders that set a URL's path write it so). `once`: one degree of escaping is undone. An address that is escaped
 * as a whole is decoded in both. Throws Failure `url_invalid` and `source_invalid`.
 */
export function pathSource(rest: string, query: string, escaping: "none" | "once"): string {
  if (rest === "") throw new Failure("url_invalid", { why: "it names no source" });
  if (ESCAPED_SCHEME.test(rest)) {
    const source = unescaped(rest);
    if (query !== "" && source.includes("?")) {
      throw new Failure("url_invalid", { why: "its source has a query, and a second one follows unescaped" });
    }
    return absoluteSource(withQuery(source, query));
  }
  if (escaping === "once") return absoluteSource(unescaped(withQuery(rest, query)));
  return absoluteSource(query === "" ? rest.replace(/%3f/i, "?") : withQuery(rest, query));
}

/** The canonical source of a text that is no longer escaped. Throws Failure `source_invalid`. */
export function absoluteSource(text: string): string {
  const source = ESCAPED_SCHEME.test(text) ? unescaped(text) : text;
  if (SCHEME.test(source)) return canonicalSource(source);
  const why = "it does not begin with https:// or http://; a path of your own site needs its host before it";
  throw new Failure("source_invalid", { why });
}

/** Decoded once, and once more when a builder's output was escaped again. Throws Failure `url_invalid`. */
function unescaped(text: string): string {
  try {
    const once = decodeURIComponent(text);
    return ESCAPED_SCHEME.test(once) ? decodeURIComponent(once) : once;
  } catch {
    throw new Failure("url_invalid", { why: "an escape in its source is not UTF-8" });
  }
}

function withQuery(address: string, query: string): string {
  return query === "" ? address : `${address}?${query}`;
}
