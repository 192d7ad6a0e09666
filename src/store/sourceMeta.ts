/**
 * A source's facts: what one fetch taught us, kept in KV as small JSON, so that planning, revalidation and derivation
 * need no second one. A sheet belongs to one version of the source and is not changed; another version replaces it.
 *
 *   readFacts(kv, keys.facts, since) -> Facts | null        writeFacts(kv, keys.facts, facts)
 */

import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { Orientation } from "../image/formats/exif.ts";
import { FORMATS, type FormatName } from "../image/formats/registry.ts";

export type SourceMeta = {
  /** Source version: `sourceVersion` of its bytes. */
  readonly v: string;
  /** When this version was first fetched, unix ms. */
  readonly at: number;
  /** As stored in the file, before orientation, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly format: FormatName;
  /** Length of the source file. */
  readonly bytes: number;
  /** Validators as the source sent them, for conditional requests; null = none sent. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** `#rrggbb`, when it was worked out. */
  readonly colour?: string;
  /** ThumbHash, base64, when it was worked out. */
  readonly thumbhash?: string;
};

/** Sheets nobody renewed leave after this long; the next fetch writes them again. */
const TTL_SECONDS = 90 * 86_400;
/** The least KV takes is 30; a minute is how long its writes take to be seen anyway. */
const CACHE_TTL_SECONDS = 60;

/**
 * The sheet under `key`, or null when there is none, it cannot be read, or it is older than `since` (the host's purge
 * epoch, unix ms). Rejects when KV fails or is slow.
 */
export async function readSourceMeta(kv: KVNamespace, key: string, since: number): Promise<SourceMeta | null> {
  const facts = parseSourceMeta(
    await withTimeout(kv.get(key, { type: "text", cacheTtl: CACHE_TTL_SECONDS }), STORE_WAIT_MS),
  );
  return facts === null || facts.at < since ? null : facts;
}

/** Writes the sheet. Call it when the version is new, not on every fetch: KV takes one write a second for a key. */
export async function writeSourceMeta(kv: KVNamespace, key: string, facts: SourceMeta): Promise<void> {
  await kv.put(key, JSON.stringify(facts), { expirationTtl: TTL_SECONDS });
}

/** A sheet from its JSON; null when a required field is missing or makes no sense. Unknown fields are dropped. */
export function parseSourceMeta(text: string | null): SourceMeta | null {
  const sheet = record(text);
  if (sheet === null) return null;
  const { v, format, etag = null, lastModified = null, colour, thumbhash } = sheet;
  const at = positive(sheet.at);
  const width = positive(sheet.width);
  const height = positive(sheet.height);
  const bytes = positive(sheet.bytes);
  const orientation = ORIENTATIONS.find((known) => known === sheet.orientation);
  if (typeof v !== "string" || !/^[0-9a-f]{8}$/.test(v)) return null;
  if (at === null || width === null || height === null || bytes === null || orientation === undefined) return null;
  if (!isFormat(format) || !isTextOrNull(etag) || !isTextOrNull(lastModified)) return null;
  return {
    ...{ v, at, width, height, orientation, format, bytes, etag, lastModified },
    ...(typeof colour === "string" ? { colour } : {}),
    ...(typeof thumbhash === "string" ? { thumbhash } : {}),
  };
}

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Orientation[];

function record(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function positive(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function isFormat(value: unknown): value is FormatName {
  return typeof value === "string" && Object.hasOwn(FORMATS, value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}
