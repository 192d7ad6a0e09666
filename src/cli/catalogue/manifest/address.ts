/**
 * Finds the host in an address without decoding it. Nearly every address of a catalogue is written as WHATWG URL parsing
 * would write it; bytes tell that. Only the others are parsed.
 */

import { ROW_LIMITS } from "../../../catalogue/manifestRow.ts";
import { canonicalSource } from "../../../request/source/canonicalSource.ts";
import type { BrokenReason } from "./broken.ts";
import { textOf } from "./records/fields.ts";

/** Bytes of a host name that need no change: a-z, 0-9, `.`, `-`. Upper case, `_`, `%`, IPv6 and all others are parsed. */
const HOST = table("abcdefghijklmnopqrstuvwxyz0123456789.-");
/** Bytes behind the host that need no change in a path and in a query. `#`, `'` and all that is encoded are parsed. */
const REST = table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&()*+,;=:@/?%");
const [SLASH, DOT, DASH, COLON, QUESTION, PERCENT] = [0x2f, 0x2e, 0x2d, 0x3a, 0x3f, 0x25];

function table(characters: string): Uint8Array {
  const bytes = new Uint8Array(256);
  for (const character of characters) bytes[character.charCodeAt(0)] = 1;
  return bytes;
}

/** One address. Its finder overwrites it. */
export class Address {
  /** The canonical address (request/source/canonicalSource.ts) is `bytes` from `start` to `end`. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Its host as `URL.host` writes it. */
  hostStart = 0;
  hostEnd = 0;

  /** Reads the listed address. Null = it is found; else what is wrong with it. */
  find(bytes: Uint8Array, start: number, end: number): BrokenReason | null {
    if (end <= start) return "url-missing";
    // UTF-8 has at most three bytes for a UTF-16 unit.
    if (end - start > 3 * ROW_LIMITS.url) return "url-too-long";
    if (end - start <= ROW_LIMITS.url && this.#isCanonical(bytes, start, end)) return null;
    return this.#parse(textOf(bytes, start, end));
  }

  text(): string {
    return textOf(this.bytes, this.start, this.end);
  }

  #isCanonical(bytes: Uint8Array, start: number, end: number): boolean {
    const isHttp =
      bytes[start] === 0x68 && bytes[start + 1] === 0x74 && bytes[start + 2] === 0x74 && bytes[start + 3] === 0x70;
    if (!isHttp) return false;
    let at = start + (bytes[start + 4] === 0x73 ? 5 : 4);
    if (bytes[at] !== COLON || bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH) return false;
    at += 3;
    const hostStart = at;
    let label = at;
    for (; at < end && bytes[at] !== SLASH; at++) {
      const byte = bytes[at] ?? 0;
      if (HOST[byte] === 0) return false;
      // An empty label, and `xn--` and other labels with two hyphens, which are checked further.
      if (byte === DOT) {
        if (at === label) return false;
        label = at + 1;
      } else if (byte === DASH && bytes[at + 1] === DASH) return false;
    }
    // A name whose last label begins with a digit may be an IPv4 address in one of its spellings.
    const first = bytes[label] ?? 0;
    if (at === end || at === label || first < 0x61 || first > 0x7a) return false;
    const hostEnd = at;
    if (hostEnd - hostStart > ROW_LIMITS.host) return false;
    let inPath = true;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (REST[byte] === 0) return false;
      if (byte === QUESTION) inPath = false;
      // `/./`, `/../` and their encoded forms.
      else if (byte === SLASH && inPath && (bytes[at + 1] === DOT || bytes[at + 1] === PERCENT)) return false;
    }
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.hostStart = hostStart;
    this.hostEnd = hostEnd;
    return true;
  }

  #parse(listed: string): BrokenReason | null {
    if (listed.includes("\ufffd")) return "no-utf8";
    if (listed.length > ROW_LIMITS.url) return "url-too-long";
    const text = withScheme(listed);
    if (!URL.canParse(text)) return "url-invalid";
    const { protocol, host } = new URL(text);
    if ((protocol !== "https:" && protocol !== "http:") || host === "") return "url-invalid";
    // No name of the DNS is so long. A feed would refuse the whole list of hosts that it stands in.
    if (host.length > ROW_LIMITS.host) return "url-invalid";
    const canonical = canonicalSource(text);
    if (canonical.length > ROW_LIMITS.url) return "url-too-long";
    this.bytes = Buffer.from(canonical);
    this.start = 0;
    this.end = this.bytes.length;
    // Credentials may stand before the host.
    const authority = canonical.indexOf("//") + 2;
    const path = canonical.indexOf("/", authority);
    this.hostStart = canonical.slice(0, path).lastIndexOf("@") + 1 || authority;
    this.hostEnd = path;
    return null;
  }
}

/** Some catalogues list `//host/…` and `host.name/…`. */
function withScheme(listed: string): string {
  const text = listed.trim();
  if (text.startsWith("//")) return `https:${text}`;
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?\//i.test(text) ? `https://${text}` : text;
}
