/** The request fields that a source gets from us, and the fields of its answer that are read. Nothing else. Pure. */
import type { Config } from "../config/config.ts";
import { loopToken } from "../policy/loop.ts";

/** The version of package.json. A test compares them. */
export const VERSION = "0.1.0";

/** Validators of a copy we hold, for a conditional request (RFC 9110 13.1). */
export type Conditional = { readonly etag: string | null; readonly lastModified: string | null };

/** The fields of an answer that freshness and revalidation need, as sent. Null = not sent. */
export type SourceHeaders = {
  readonly cacheControl: string | null;
  readonly expires: string | null;
  readonly date: string | null;
  readonly age: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
};

/** A longer validator or date is ignored: it would be stored with every rendition. */
const MAX_FIELD = 256;
/** Cache-Control is read and not stored. Real ones reach some hundred characters; a runtime allows 16 KiB of header. */
const MAX_LIST = 16_384;

/**
 * All fields that we send. None comes from the client's request: no cookie, no Referer, no address, no language.
 * Accept does not name WebP and AVIF, though `image/*` allows them. A source that negotiates then sends JPEG, the only
 * format that can be decoded at a fraction of its size. `head`: only so many of the first bytes are wanted.
 */
export function sentHeaders(
  config: Pick<Config, "loopId" | "contactUrl">,
  conditional: Conditional | null,
  head: number | null = null,
): Record<string, string> {
  const token = loopToken(config);
  return {
    "User-Agent": `Firstlight/${VERSION} (bot; +${config.contactUrl})`,
    Accept: "image/jpeg,image/png,image/gif,image/*;q=0.8,*/*;q=0.5",
    "Accept-Encoding": "identity",
    Via: `1.1 ${token}`,
    "CDN-Loop": token,
    ...(head === null ? {} : { Range: `bytes=0-${head - 1}` }),
    ...(conditional?.etag ? { "If-None-Match": conditional.etag } : {}),
    ...(conditional?.lastModified ? { "If-Modified-Since": conditional.lastModified } : {}),
  };
}

/**
 * The value of a field that is defined with one value (RFC 9110 5.3, 5.5). A runtime joins repeated lines with ", ".
 * Equal lines count as one, since a proxy and an application behind it often both send the field. Null = not sent.
 * Different lines are given back joined: each reader below refuses them, because they are no valid value.
 */
export function singleValue(headers: Headers, name: string): string | null {
  const value = headers.get(name);
  if (value === null) return null;
  // A value may contain commas, as a date does. So look for the shortest text that the value repeats.
  const commas = value.split(", ").length;
  for (let times = commas; times > 1; times--) {
    const one = value.slice(0, (value.length + 2) / times - 2);
    if (commas % times === 0 && new Array(times).fill(one).join(", ") === value) return one;
  }
  return value;
}

/** Two entity tags. One quoted tag may contain a comma, but no quotation mark (RFC 9110 8.8.3). */
const SEVERAL_TAGS = /"[ \t]*,[ \t]*(?:W\/)?"/;
/** Two dates: each has one comma, after the name of its day (RFC 9110 5.6.7). */
const SEVERAL_DATES = /,.*,/;

/** Reads the freshness fields and validators. Content-Type is not among them: the bytes decide what a file is. */
export function readHeaders(headers: Headers): SourceHeaders {
  const field = (name: string, several: RegExp | null = null): string | null => {
    const value = singleValue(headers, name);
    return value === null || value.length > MAX_FIELD || several?.test(value) ? null : value;
  };
  const cacheControl = headers.get("cache-control");
  return {
    // A list: the lines of a repeated field belong together (RFC 9111 5.2).
    cacheControl: cacheControl === null || cacheControl.length > MAX_LIST ? null : cacheControl,
    // Different dates are kept: an Expires that cannot be read means stale (RFC 9111 5.3).
    expires: field("expires"),
    date: field("date", SEVERAL_DATES),
    // Of several ages the first counts (RFC 9111 5.1).
    age: headers.get("age")?.split(",")[0]?.trim() ?? null,
    etag: field("etag", SEVERAL_TAGS),
    lastModified: field("last-modified", SEVERAL_DATES),
  };
}

/** The declared length in bytes. Null without one, and where it counts encoded bytes instead of the picture's. */
export function declaredLength(headers: Headers): number | null {
  if (contentCodings(headers).length > 0) return null;
  const text = singleValue(headers, "content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The content codings in the order they were applied, in lower case, without `identity` (RFC 9110 8.4). */
export function contentCodings(headers: Headers): readonly string[] {
  const names = (headers.get("content-encoding") ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "" && name !== "identity");
}

/** A partial answer (206) that begins with the first byte: its length, and the file's. Null for any other one. */
export function firstRange(headers: Headers): { readonly length: number; readonly total: number } | null {
  const match = /^bytes[ \t]+0-(\d{1,15})\/(\d{1,15})$/i.exec(singleValue(headers, "content-range") ?? "");
  return match === null ? null : { length: Number(match[1]) + 1, total: Number(match[2]) };
}

/**
 * The total length of a partial answer (206) that has all of the file, else null. Where nobody asked for a part, a part is
 * no picture (RFC 9110 14.4: `bytes 0-99/100`).
 */
export function wholeRangeLength(headers: Headers): number | null {
  const range = firstRange(headers);
  return range !== null && range.length === range.total ? range.total : null;
}

/** Longest wait a source may ask of us. */
const MAX_RETRY_AFTER = 86_400;

/** Retry-After (RFC 9110 10.2.3), seconds or a date, as whole seconds from `now` (ms), within [1, 86 400]; else null. */
export function retryAfterSeconds(headers: Headers, now: number): number | null {
  const text = singleValue(headers, "retry-after");
  if (!text) return null;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER);
}
