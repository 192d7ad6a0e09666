/**
 * Store keys (design: one host's and one source's things can be listed and purged by prefix).
 *
 *   t/<host16>/<source32>/<options32>   a rendition
 *   o/<host16>/<source32>               a kept original
 *   m/<host16>/<source32>               a master
 *   f/<host16>/<source32>               the source's facts (KV)
 *   n/<host16>/<source32>               a negative answer (KV)
 *
 * All three hashes are lower-case hex prefixes of SHA-256 (FIPS 180-4) over UTF-8: of the source's host as in
 * WHATWG `URL.host` (lower case, with a port only if it is not the scheme's default), of the canonical source URL,
 * and of the canonical options string.
 */

/** Where everything of one source is kept. */
export type SourceKeys = {
  readonly host16: string;
  readonly source32: string;
  /** `t/<host16>/<source32>/`: prefix of all its renditions. */
  readonly renditions: string;
  readonly original: string;
  readonly master: string;
  readonly facts: string;
  readonly negative: string;
};

/** Keys of a canonical source URL. Throws TypeError if `source` is not a URL. */
export async function sourceKeys(source: string): Promise<SourceKeys> {
  const [host16, source32] = await Promise.all([hostHash(new URL(source).host), hexPrefix(source, 32)]);
  const path = `${host16}/${source32}`;
  return {
    host16,
    source32,
    renditions: `t/${path}/`,
    original: `o/${path}`,
    master: `m/${path}`,
    facts: `f/${path}`,
    negative: `n/${path}`,
  };
}

/** Key of one rendition: the source's prefix and the hash of `canonicalOptions` (request/canonical.ts). */
export async function renditionKey(keys: SourceKeys, options: string): Promise<string> {
  return keys.renditions + (await hexPrefix(options, 32));
}

/** `<host16>` of a host as written in `URL.host`; upper case is lowered. */
export function hostHash(host: string): Promise<string> {
  return hexPrefix(host.toLowerCase(), 16);
}

/**
 * The Cache API key of a stored rendition: a URL on our own zone (only there does the Cache API keep anything).
 * `epoch` (unix ms of the host's last purge, 0 = never) makes every data centre miss after a purge.
 */
export function edgeUrl(origin: string, epoch: number, key: string): string {
  return `${origin}/.edge/${epoch.toString(36)}/${key}`;
}

/** Source version `v`: the first 8 hex digits of SHA-256 of the source bytes. */
export function sourceVersion(bytes: Uint8Array): Promise<string> {
  return hexPrefix(bytes, 8);
}

/** Strong ETag value (RFC 9110 8.8.3, without quotes) of a variant: first 16 hex digits of SHA-256 of its bytes. */
export function variantEtag(bytes: Uint8Array): Promise<string> {
  return hexPrefix(bytes, 16);
}

/** First `digits` (even, <= 64) lower-case hex digits of SHA-256 of a text (as UTF-8) or of bytes. */
async function hexPrefix(data: string | Uint8Array, digits: number): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  let text = "";
  for (const byte of hash.subarray(0, digits / 2)) text += byte.toString(16).padStart(2, "0");
  return text;
}
