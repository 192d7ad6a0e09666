/** The headers of every answer. Policy as tables; nothing of a source's own headers is ever passed on. */

import type { Config } from "../config/config.ts";
import { ANSWERS, type Failure, publicMessage } from "../errors.ts";
import { FORMATS, type FormatTable, formatOf, type OutputFormat } from "../image/formats/registry.ts";
import { keepSeconds } from "../keepFailure.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import type { StoredMeta } from "../store/tiers/tier.ts";
import type { Answer, AnswerHeaders } from "./answer.ts";
import { ALLOWED_METHODS, FIXED_HEADERS } from "./fixedHeaders.ts";
import { httpDate } from "./httpDate.ts";

/** How long a client may keep a picture that is stale here, in seconds. */
const STALE_CLIENT_SECONDS = 60;

/** Of a moving picture that has not all frames of its source: the first so many, and how many there are. */
const FRAMES_HEADER = "x-firstlight-frames";

/** What a deployment sets about the headers of pictures. */
type HeaderRules = Pick<Config, "canonicalLink" | "staleWhileRevalidateSeconds" | "staleIfErrorSeconds">;

/**
 * Headers of a picture, without Cache-Status and Server-Timing, which the trace adds.
 * `now` in unix milliseconds; `byteLength` of the body.
 */
export function imageHeaders(
  wanted: ImageRequest,
  meta: StoredMeta,
  byteLength: number,
  now: number,
  rules: HeaderRules,
  formats: FormatTable = FORMATS,
): AnswerHeaders & { readonly headers: { readonly etag: string; readonly "last-modified": string } } {
  return {
    shared: lasting(wanted, meta.format, rules, formats),
    headers: ownHeaders(wanted, meta, byteLength, now, rules),
  };
}

function ownHeaders(
  wanted: ImageRequest,
  meta: Pick<StoredMeta, "etag" | "storedAt" | "freshUntil"> & Partial<Pick<StoredMeta, "frames" | "sourceFrames">>,
  byteLength: number,
  now: number,
  rules: HeaderRules,
) {
  return {
    "content-length": String(byteLength),
    etag: `"${meta.etag}"`,
    // Not after our own Date (RFC 9110 8.8.2.1): another data centre's clock may be ahead.
    "last-modified": httpDate(Math.min(meta.storedAt, now)),
    "cache-control": cacheControl(wanted, meta, now, rules),
    ...(meta.sourceFrames === undefined ? {} : { [FRAMES_HEADER]: `${meta.frames}/${meta.sourceFrames}` }),
  };
}

const INFO_SHARED = new Headers({ ...FIXED_HEADERS, "content-type": "application/json; charset=utf-8" });

/** Headers of facts as JSON; kept as long as the picture would be. */
export function infoHeaders(
  wanted: ImageRequest,
  meta: Pick<StoredMeta, "etag" | "storedAt" | "freshUntil">,
  byteLength: number,
  now: number,
  rules: HeaderRules,
): ReturnType<typeof imageHeaders> {
  return { shared: INFO_SHARED, headers: ownHeaders(wanted, meta, byteLength, now, rules) };
}

const LASTING = new WeakMap<ImageRequest, Map<string, Headers>>();

/** The headers that are the same each time a request is answered in a format. Requests are remembered, so these are too. */
function lasting(
  wanted: ImageRequest,
  format: OutputFormat,
  { canonicalLink }: HeaderRules,
  table: FormatTable,
): Headers {
  let known = LASTING.get(wanted);
  if (known === undefined) {
    known = new Map();
    LASTING.set(wanted, known);
  }
  const name = canonicalLink ? `${format} link` : format;
  let headers = known.get(name);
  if (headers === undefined) {
    headers = new Headers({
      ...FIXED_HEADERS,
      "content-type": formatOf(format, table).mime,
      "content-disposition": contentDisposition(wanted, format, table),
      ...(canonicalLink && wanted.hidden !== true ? { link: `<${wanted.source}>; rel="canonical"` } : {}),
      ...varyOf(wanted),
    });
    known.set(name, headers);
  }
  return headers;
}

/** Vary (RFC 9110 12.5.5): every header that had a say in which picture it is. */
function varyOf({ negotiated, varies = [] }: ImageRequest): { readonly vary?: string } {
  const names = [...(negotiated ? ["Accept"] : []), ...varies];
  return names.length === 0 ? {} : { vary: names.join(", ") };
}

/**
 * Cache-Control (RFC 9111 5.2.2, RFC 5861): what is left of our own freshness, then for how long a cache may show the
 * picture stale. That ends when we ourselves would no longer show it, and nothing goes past the URL's `exp`.
 * A picture shown only because of a secret header is `private`: no shared cache may keep it.
 */
export function cacheControl(
  wanted: ImageRequest,
  meta: Pick<StoredMeta, "freshUntil">,
  now: number,
  windows: Pick<HeaderRules, "staleWhileRevalidateSeconds" | "staleIfErrorSeconds">,
): string {
  const fresh = Math.floor((meta.freshUntil - now) / 1000);
  const untilExpiry = wanted.expires === null ? Number.POSITIVE_INFINITY : wanted.expires - Math.floor(now / 1000);
  const asked = wanted.maxAge ?? Number.POSITIVE_INFINITY;
  const maxAge = Math.max(0, Math.min(fresh > 0 ? fresh : STALE_CLIENT_SECONDS, untilExpiry, asked));
  const stale = (directive: string, window: number) => {
    const seconds = Math.min(fresh + window, untilExpiry) - maxAge;
    return seconds > 0 ? `, ${directive}=${seconds}` : "";
  };
  const scope = wanted.authority === "header" ? "private" : "public";
  const revalidate = stale("stale-while-revalidate", windows.staleWhileRevalidateSeconds);
  return `${scope}, max-age=${maxAge}${revalidate}${stale("stale-if-error", windows.staleIfErrorSeconds)}`;
}

/** Content-Disposition (RFC 6266) with the file name asked for, else the source's own, and the format's extension. */
export function contentDisposition(wanted: ImageRequest, format: OutputFormat, formats: FormatTable = FORMATS): string {
  const kind = wanted.delivery.attachment ? "attachment" : "inline";
  const stem = fileStem(wanted.delivery.filename ?? (wanted.hidden === true ? "" : lastSegment(wanted.source)));
  const name = `${stem}.${formatOf(format, formats).extensions[0]}`;
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  if (ascii === name) return `${kind}; filename="${name}"`;
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percentByte)}`;
}

const FAILURE_HEADERS = new Headers({ ...FIXED_HEADERS, "content-type": "application/json; charset=utf-8" });

/**
 * The JSON answer of a failure: a stable code, a public sentence, and how long it may be kept; by no shared cache when
 * the request held a secret header (`vouched`), since without it the answer would be another. `now` in unix milliseconds.
 * `trace`: the `ray` of the log line; a caller can quote it.
 */
export function failureAnswer(failure: Failure, now: number, vouched = false, trace?: string): Answer {
  const { status } = ANSWERS[failure.reason];
  const seconds = secondsOf(failure, now);
  const retryAfter = failure.facts.retryAfter;
  const headers = {
    "cache-control": seconds > 0 ? `${vouched ? "private" : "public"}, max-age=${seconds}` : "no-store",
    // RFC 9110 15.5.6: a 405 says what is allowed.
    ...(status === 405 ? { allow: ALLOWED_METHODS } : {}),
    ...(retryAfter === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(Number(retryAfter) || 1))) }),
  };
  const message = publicMessage(failure.reason, failure.facts);
  return {
    status,
    shared: FAILURE_HEADERS,
    headers,
    body: `${JSON.stringify({ code: failure.reason, message, trace })}\n`,
  };
}

const REDIRECT_HEADERS = new Headers(FIXED_HEADERS);

/** Sends the reader to another picture, for as long as the failure may be kept. `now` in unix milliseconds. */
export function fallbackAnswer(location: string, failure: Failure, now: number): Answer {
  const seconds = secondsOf(failure, now);
  const headers = { location, "cache-control": seconds > 0 ? `public, max-age=${seconds}` : "no-store" };
  return { status: 302, shared: REDIRECT_HEADERS, headers, body: null };
}

/** Another picture in place of a failed one, kept as long as the failure. `status`: 0 = that of the failure. */
export function fallbackImageAnswer(picture: Answer, failure: Failure, status: number, now: number): Answer {
  const seconds = secondsOf(failure, now);
  const cacheControl = seconds > 0 ? `public, max-age=${seconds}` : "no-store";
  const headers = { ...picture.headers, "cache-control": cacheControl };
  return { ...picture, status: status === 0 ? ANSWERS[failure.reason].status : status, headers };
}

function secondsOf(failure: Failure, now: number): number {
  return Math.min(keepSeconds(failure), Math.floor((failure.keeping.until - now) / 1000));
}

function lastSegment(source: string): string {
  const path = new URL(source).pathname;
  const segment = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A name without its extension, path, control characters; never empty, at most 80 characters. */
function fileStem(name: string): string {
  const bare = name
    .replace(/\.[A-Za-z0-9]{1,5}$/, "")
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e/\\]/g, "")
    .trim();
  return [...bare].slice(0, 80).join("") || "image";
}

function percentByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
