/**
 * Undoes what proxies and zones do to a path between the builder that signed it and us. Cloudflare's URL
 * normalisation merges slashes, decodes unreserved characters and writes escapes in upper case (RFC 3986 6.2.2);
 * other proxies escape the colons of options. Nothing here changes what a path means, only how it is written.
 */

const PLAIN = "/plain/";

/** imgproxy's own repair: `%3A` is `:` in options, and the scheme of a plain source has its two slashes again. */
export function repairPath(path: string): string {
  const start = path.indexOf(PLAIN);
  if (start < 0) return unescapeColons(path);
  const source = path.slice(start + PLAIN.length);
  return unescapeColons(path.slice(0, start)) + PLAIN + repairScheme(source);
}

/**
 * The paths that may have been signed, given the one that came: as it is, repaired, and the repaired one with the
 * spellings that normalisation takes away: `~` written `%7E`, escapes all in lower case (not when some of them are in
 * lower case already, since normalisation leaves none so). Without doubles, likeliest first.
 */
export function signedSpellings(path: string): readonly string[] {
  const repaired = repairPath(path);
  const spellings = [path, repaired];
  for (const text of new Set([path, repaired])) {
    spellings.push(text.replaceAll("~", "%7E"));
    if (!/%(.?[a-f]|[a-f])/.test(text))
      spellings.push(text.replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase()));
  }
  return [...new Set(spellings)];
}

function unescapeColons(options: string): string {
  return options.replace(/%3A/gi, ":");
}

/** `https:/x` -> `https://x`, and `local:/x` -> `local:///x` as imgproxy writes its files. */
function repairScheme(source: string): string {
  const colon = source.indexOf(":/");
  if (colon <= 0 || !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(source.slice(0, colon))) return source;
  const rest = source.slice(colon + 2);
  if (rest.startsWith("/")) return source;
  return `${source.slice(0, colon)}:${source.startsWith("local:") ? "///" : "//"}${rest}`;
}
