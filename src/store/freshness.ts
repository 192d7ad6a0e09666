/**
 * How long a source's picture is fresh, and how long it may be shown after that (RFC 9111, RFC 5861). Pure.
 * Times are unix milliseconds unless the name says seconds.
 */
import { hasHash, type SourceMeta, type VariantMeta } from "./sourceMeta.ts";
import type { Provenance, Stored, StoredMeta } from "./tiers/tier.ts";

/** The fields that decide, as a source sent them. Null = not sent. `origin/headers.ts` reads them. */
export type FreshnessHeaders = {
  readonly cacheControl: string | null;
  readonly expires: string | null;
  readonly date: string | null;
  readonly age: string | null;
  readonly lastModified: string | null;
};

export type FreshnessBounds = { readonly minFreshSeconds: number; readonly maxFreshSeconds: number };

/** For a source that says nothing about freshness, as most picture hosts of the open web do. */
const SILENT_SECONDS = 86_400;
/** RFC 9111 4.2.2: a typical fraction of the time since the last change. */
const HEURISTIC_FRACTION = 0.1;

/**
 * Until when a response received at `now` is fresh: s-maxage, else max-age, else Expires - Date, minus Age, held within
 * the bounds. Without any of them it is a tenth of the time since Last-Modified, else a day. `no-store`, `no-cache`,
 * `private` and values that cannot be read count as 0. The lower bound then applies to them too: the operator signs or
 * lists the address, so a public thumbnail of that picture may be kept.
 */
export function freshUntil(headers: FreshnessHeaders, now: number, bounds: FreshnessBounds): number {
  return now + within(bounds, lifetimeSeconds(headers, now)) * 1000;
}

/**
 * Until when a stored copy is fresh once its source has confirmed it at `now` (304). What the answer says of the
 * lifetime counts; without that the copy keeps the lifetime that it was stored with (RFC 9111 3.2, 4.3.4), within the
 * bounds. Last-Modified alone says nothing new: the stored answer may have had a max-age.
 */
export function renewedUntil(
  headers: FreshnessHeaders,
  copy: { readonly storedAt: number; readonly freshUntil: number },
  now: number,
  bounds: FreshnessBounds,
): number {
  const stored = (copy.freshUntil - copy.storedAt) / 1000 - (deltaSeconds(headers.age) ?? 0);
  return now + within(bounds, explicitSeconds(headers, now) ?? stored) * 1000;
}

function within({ minFreshSeconds, maxFreshSeconds }: FreshnessBounds, seconds: number): number {
  return Math.min(maxFreshSeconds, Math.max(minFreshSeconds, seconds));
}

/** The lifetime that Cache-Control or Expires state, minus Age; null when neither says anything of it. */
function explicitSeconds(headers: FreshnessHeaders, now: number): number | null {
  const directives = parseCacheControl(headers.cacheControl);
  if (["no-store", "no-cache", "private"].some((name) => directives.has(name))) return 0;
  const age = deltaSeconds(headers.age) ?? 0;
  for (const name of ["s-maxage", "max-age"]) {
    const value = directives.get(name);
    if (value !== undefined) return (deltaSeconds(value) ?? 0) - age;
  }
  if (headers.expires === null) return null;
  // RFC 9111 5.3: an invalid date, above all `0`, is in the past.
  return ((httpDate(headers.expires) ?? 0) - (httpDate(headers.date) ?? now)) / 1000 - age;
}

function lifetimeSeconds(headers: FreshnessHeaders, now: number): number {
  const stated = explicitSeconds(headers, now);
  if (stated !== null) return stated;
  const age = deltaSeconds(headers.age) ?? 0;
  const date = httpDate(headers.date) ?? now;
  const modified = httpDate(headers.lastModified);
  if (modified === null || modified > date) return SILENT_SECONDS - age;
  return Math.floor(((date - modified) * HEURISTIC_FRACTION) / 1000) - age;
}

/** Cache-Control as name -> value (RFC 9111 5.2). Names in any case, values as token or quoted, the first one counts. */
export function parseCacheControl(header: string | null): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const [, name = "", quoted, token] of (header ?? "").matchAll(
    /([\w-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;"]*)))?/g,
  )) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? token ?? "");
  }
  return directives;
}

/** delta-seconds (RFC 9111 1.2.2): digits only, capped at 2^31. */
function deltaSeconds(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Math.min(Number(text), 2 ** 31) : null;
}

function httpDate(text: string | null): number | null {
  // Date.parse takes "0" for the year 2000; an HTTP date begins with the name of a day.
  if (text === null || !/^[A-Za-z]{3,9},?\s/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/**
 * What may be done with a stored picture:
 * `fresh`: answer with it.
 * `revalidate`: answer with it and look for a newer one after the answer (stale-while-revalidate).
 * `if-error`: look for a newer one first, and answer with this one if that fails.
 * `expired`: it is not used.
 */
export type Freshness = "fresh" | "revalidate" | "if-error" | "expired";

export type StaleWindows = {
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** When the host asked for was last marked stale, unix ms. */
  readonly staleSince?: number;
  /** The same by `host16`, for hosts that bytes came from through a redirect. */
  readonly staleEpochs?: Readonly<Record<string, number>>;
};

/** What the source's metadata says of its newest bytes. */
export type KnownVersion = Pick<SourceMeta, "generation" | "at" | "seen"> & {
  readonly variants: Readonly<Record<string, Pick<VariantMeta, "hash" | "at">>>;
};

/** The clocks of data centres agree within seconds. A time further in the future came from a wrong clock. */
const CLOCK_SKEW_MS = 300_000;

/**
 * State of a stored picture. A picture from before its host was marked stale is at most `revalidate`. A picture that was
 * made before `known`, from other bytes of the source, is at most `if-error`: a page must not show an old size beside a
 * new one.
 */
export function freshnessOf(
  meta: StoredMeta,
  now: number,
  windows: StaleWindows,
  known: KnownVersion | null = null,
): Freshness {
  const stale = (now - meta.freshUntil) / 1000;
  const limit = Math.max(windows.staleIfErrorSeconds, windows.staleWhileRevalidateSeconds);
  if (stale > limit) return "expired";
  if (known !== null && isOutdated(meta, known)) return "if-error";
  if (meta.storedAt > now + CLOCK_SKEW_MS) return "revalidate";
  if (stale <= 0) return meta.storedAt < markedAt(meta, windows) ? "revalidate" : "fresh";
  return stale <= windows.staleWhileRevalidateSeconds ? "revalidate" : "if-error";
}

/**
 * A picture that is shown though it is not fresh, whatever its own time says (it may be outdated, or marked stale): clients
 * are told so and come again soon.
 */
export function shownStale(stored: Stored, now: number): Stored {
  return { ...stored, meta: { ...stored.meta, freshUntil: Math.min(stored.meta.freshUntil, now) } };
}

/** When an operator last marked the host stale, or a host that the bytes came from or through; unix ms, 0 = never. */
export function markedAt(
  { final }: Pick<Provenance, "final">,
  { staleSince = 0, staleEpochs = {} }: StaleWindows,
): number {
  return [final, ...(final.via ?? [])].reduce((at, { host16 }) => Math.max(at, staleEpochs[host16] ?? 0), staleSince);
}

/**
 * Whether a picture was made from bytes that the source has replaced since. Metadata older than the picture says nothing,
 * because KV lags behind R2. Two variants have different bytes and show the same picture, so only hashes of the same
 * variant are compared.
 */
export function isOutdated(
  made: Pick<Provenance, "generation" | "variant" | "sourceHash" | "storedAt">,
  known: KnownVersion,
): boolean {
  const recorded = known.variants[made.variant];
  const replaced =
    recorded !== undefined && !hasHash(known, made.variant, made.sourceHash) && recorded.at > made.storedAt;
  return replaced || (known.generation > made.generation && known.at > made.storedAt);
}
