/**
 * Undoes what proxies and zones do to a path on its way from the builder that signed it to us. Cloudflare's URL
 * normalisation merges slashes, decodes unreserved characters and writes escapes in upper case (RFC 3986 6.2.2). Other
 * proxies escape the colons of options. A repair changes how a path is written, never what it means.
 */

const PLAIN = "/plain/";

/** imgproxy's own repair: `%3A` becomes `:` in options, and the scheme of a plain source gets its two slashes back. */
export function repairPath(path: string): string {
  const { options, source } = split(path);
  return unescapeColons(options) + (source === null ? "" : PLAIN + repairScheme(source));
}

/**
 * The paths that the builder may have signed, given the path that arrived: as it is, repaired, and both in the spellings
 * of builders whose escapes normalisation removes. Each path once, the likeliest first, eight at most.
 */
export function signedSpellings(path: string): readonly string[] {
  const bases = [path, repairPath(path)];
  return [...new Set([...bases, ...bases.flatMap((base) => SPELLINGS.map((spell) => spell(base)))])];
}

/** Spellings of builders that escape more than necessary, or in lower case. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  // Java's and PHP's urlencode escape the tilde.
  (path) => path.replaceAll("~", "%7E"),
  // .NET's UrlEncode writes lower case. A path that has some did not pass through normalisation.
  (path) => (/%(.?[a-f]|[a-f])/.test(path) ? path : path.replace(/%[0-9A-F]{2}/g, (text) => text.toLowerCase())),
  // Rust's NON_ALPHANUMERIC escapes every punctuation mark of a source.
  (path) => {
    const { options, source } = split(path);
    return source === null ? path : options + PLAIN + source.replace(/[-._~]/g, escapeMark);
  },
];

function split(path: string): { readonly options: string; readonly source: string | null } {
  const start = path.indexOf(PLAIN);
  if (start < 0) return { options: path, source: null };
  return { options: path.slice(0, start), source: path.slice(start + PLAIN.length) };
}

function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
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
