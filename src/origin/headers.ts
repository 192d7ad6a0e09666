/** What a source is told about us and what of its answer is read: two short tables, nothing else crosses. Pure. */
import type { Config } from "../config/config.ts";
import { loopToken } from "../policy/loop.ts";

/** Same as package.json's; a test holds the two together. */
export const VERSION = "0.1.0";

/** Validators of a copy we hold, for a conditional request (RFC 9110 13.1). */
export type Conditional = { readonly etag: string | null; readonly lastModified: string | null };

/** The fields of an answer that freshness and revalidation need, as sent; null = not there. */
export type SourceHeaders = {
  readonly cacheControl: string | null;
  readonly expires: string | null;
  readonly date: string | null;
  readonly age: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
};

/** A field longer than this is no validator and no date: it would be stored with every rendition. */
const MAX_FIELD = 256;

/**
 * Everything we send. Nothing of the client's request is in it: no cookie, no Referer, no address, no language.
 * Accept names no WebP and no AVIF, though `image/*` lets them through: a source that negotiates then sends JPEG, the
 * one format that decodes at a fraction of its size.
 */
export function sentHeaders(
  config: Pick<Config, "loopId" | "contactUrl">,
  conditional: Conditional | null,
): Record<string, string> {
  const token = loopToken(config);
  return {
    "User-Agent": `Firstlight/${VERSION} (+${config.contactUrl})`,
    Accept: "image/jpeg,image/png,image/gif,image/*;q=0.8,*/*;q=0.5",
    "Accept-Encoding": "identity",
    Via: `1.1 ${token}`,
    "CDN-Loop": token,
    ...(conditional?.etag ? { "If-None-Match": conditional.etag } : {}),
    ...(conditional?.lastModified ? { "If-Modified-Since": conditional.lastModified } : {}),
  };
}

/** Reads the freshness fields and validators; Content-Type is not among them: what a file is, its bytes decide. */
export function readHeaders(headers: Headers): SourceHeaders {
  const field = (name: string): string | null => {
    const value = headers.get(name);
    return value === null || value.length > MAX_FIELD ? null : value;
  };
  return {
    cacheControl: field("cache-control"),
    expires: field("expires"),
    date: field("date"),
    age: field("age"),
    etag: field("etag"),
    lastModified: field("last-modified"),
  };
}

/** The declared length in bytes, or null where there is none or it speaks of encoded bytes, not of the picture. */
export function declaredLength(headers: Headers): number | null {
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") return null;
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Longest wait a source may ask of us. */
const MAX_RETRY_AFTER = 86_400;

/** Retry-After (RFC 9110 10.2.3), seconds or a date, as whole seconds from `now` (ms), within [1, 86 400]; else null. */
export function retryAfterSeconds(headers: Headers, now: number): number | null {
  const text = headers.get("retry-after")?.trim();
  if (!text) return null;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER);
}
