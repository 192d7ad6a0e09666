/**
 * Store keys. What belongs to one host or one source lies below one prefix, so that it can be listed and purged.
 *
 *   2/t/<host16>/<source32>/<options32>   a rendition
 *   2/o/<host16>/<source32>               a kept original
 *   2/m/<host16>/<source32>               a master
 *   2/a/<host16>/<source32>/<options32>   whether a rendition has an AVIF (avifVerdict.ts)
 *   2/r/<host16>/<source32>/<host16>/<source32>   a redirect: the final address, then the one that was asked for
 *   2/f/<host16>/<source32>               the source's metadata (KV)
 *   2/n/<host16>/<source32>               a negative answer (KV)
 *   2/i/<host16>/<source32>               facts of the source's own file, for /info (KV)
 *
 * `2` is the version of the schema. A Worker of another version does not find these keys. All three hashes are
 * lower-case hex prefixes of SHA-256 (FIPS 180-4) over UTF-8: of the source's host as in WHATWG `URL.host` (lower case,
 * with a port only if it is not the scheme's default), of the canonical source URL, and of the canonical options.
 */

import { BoundedMap } from "../../concurrency/boundedMap.ts";

/** Present schema first. Purges go through all of them; nothing else reads an older one. */
export const KEY_PREFIXES = ["2/", ""] as const;
const PREFIX = KEY_PREFIXES[0];

export type KeyKind = "t" | "a" | "o" | "m" | "r" | "f" | "n" | "i";

/** Where everything of one source is kept. */
export type SourceKeys = {
  readonly host16: string;
  readonly source32: string;
  /** `2/t/<host16>/<source32>/`: prefix of all its renditions. */
  readonly renditions: string;
  readonly original: string;
  readonly master: string;
  readonly sourceMeta: string;
  readonly negative: string;
  readonly info: string;
};

/**
 * Keys of the last sources, and hashes of the last hosts. A miss asks for the keys of its source at each step, and each
 * digest takes the runtime 20 to 50 microseconds.
 */
const LAST_KEYS = new BoundedMap<string, SourceKeys>(64);
const LAST_HOSTS = new BoundedMap<string, string>(64);

/** Keys of a canonical source URL. Throws TypeError if `source` is not a URL. */
export async function sourceKeys(source: string): Promise<SourceKeys> {
  const known = LAST_KEYS.get(source);
  if (known !== undefined) return known;
  const keys = await makeKeys(source);
  LAST_KEYS.set(source, keys);
  return keys;
}

async function makeKeys(source: string): Promise<SourceKeys> {
  const [host16, source32] = await Promise.all([hostHash(new URL(source).host), hexPrefix(source, 32)]);
  const path = `${host16}/${source32}`;
  return {
    host16,
    source32,
    renditions: `${PREFIX}t/${path}/`,
    original: `${PREFIX}o/${path}`,
    master: `${PREFIX}m/${path}`,
    sourceMeta: `${PREFIX}f/${path}`,
    negative: `${PREFIX}n/${path}`,
    info: `${PREFIX}i/${path}`,
  };
}

/** Key of one rendition: the source's prefix and the hash of `canonicalOptions` (request/canonical.ts). */
export async function renditionKey(keys: Pick<SourceKeys, "renditions">, options: string): Promise<string> {
  return keys.renditions + (await hexPrefix(options, 32));
}

/** Key of what is known of a rendition's AVIF: the rendition's own, of another kind. */
export function verdictKey(rendition: string): string {
  return `${PREFIX}a/${rendition.slice(`${PREFIX}t/`.length)}`;
}

type Hashes = Pick<SourceKeys, "host16" | "source32">;

/** Key of the note that bytes of `asked` came from `final` (store/redirects.ts). */
export function redirectKey(final: Hashes, asked: Hashes): string {
  return `${PREFIX}r/${final.host16}/${final.source32}/${asked.host16}/${asked.source32}`;
}

/** `<host16>` of a host as written in `URL.host`; upper case is lowered. */
export async function hostHash(host: string): Promise<string> {
  const name = host.toLowerCase();
  const known = LAST_HOSTS.get(name);
  if (known !== undefined) return known;
  const hash = await hexPrefix(name, 16);
  LAST_HOSTS.set(name, hash);
  return hash;
}

/**
 * The Cache API key of a stored rendition: a URL on our own zone (only there does the Cache API keep anything).
 * `epoch` (unix ms of the host's last purge, 0 = never) makes every data centre miss after a purge.
 */
export function edgeUrl(origin: string, epoch: number, key: string): string {
  return `${origin}/.edge/${epoch.toString(36)}/${key}`;
}

/** The source hash: the first 8 hex digits of SHA-256 of the source bytes. */
export function sourceHash(bytes: Uint8Array): Promise<string> {
  return hexPrefix(bytes, 8);
}

/** First 8 hex digits of SHA-256 of a text: tells one from another, nothing more. */
export function textMark(text: string): Promise<string> {
  return hexPrefix(text, 8);
}

/** Strong ETag value (RFC 9110 8.8.3, without quotes) of a variant: first 16 hex digits of SHA-256 of its bytes. */
export function variantEtag(bytes: Uint8Array): Promise<string> {
  return hexPrefix(bytes, 16);
}

/** First `digits` (even, <= 64) lower-case hex digits of SHA-256 of a text (as UTF-8) or of bytes. */
export async function hexPrefix(data: string | Uint8Array, digits: number): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  let text = "";
  for (const byte of hash.subarray(0, digits / 2)) text += byte.toString(16).padStart(2, "0");
  return text;
}
