/**
 * A source's metadata: what fetches have told us, kept in KV as small JSON, so that planning, revalidation and
 * derivation need no other fetch. It holds one entry per variant (the original, or a provider's own size).
 */
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { Orientation } from "../image/formats/exif.ts";
import { FORMATS, type FormatName, isVector } from "../image/formats/registry.ts";
import type { Size } from "../image/picture.ts";

/** What one fetch of one variant taught us. */
export type VariantMeta = {
  /** `sourceHash` of its bytes. */
  readonly hash: string;
  /** When these bytes were first fetched, unix ms. */
  readonly at: number;
  /** As stored in the file, before orientation, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly format: FormatName;
  /** Length of the file. */
  readonly bytes: number;
  /** Validators as the source sent them, for conditional requests; null = none sent. */
  readonly etag: string | null;
  readonly lastModified: string | null;
};

export type SourceMeta = {
  /** Rises when the bytes of a variant differ from those recorded for the same variant. Starts at 1. */
  readonly generation: number;
  /** When this generation was first fetched, unix ms. */
  readonly at: number;
  readonly variants: Readonly<Record<string, VariantMeta>>;
  /**
   * Upright size of the original, where something else than its own file told it: a provider's rendition that was smaller
   * than its nominal size (the provider enlarges nothing), or the image server's description.
   */
  readonly size?: Size;
  /** `#rrggbb`, when it was worked out. */
  readonly colour?: string;
  /** ThumbHash, base64, when it was worked out. */
  readonly thumbhash?: string;
};

/** The part of a KV namespace that is used here. */
type TextStore = {
  get(key: string, options: { type: "text"; cacheTtl: number }): Promise<string | null>;
  put(key: string, text: string, options: { expirationTtl: number }): Promise<void>;
};

/** The name of the variant that is the source's own file. */
export const ORIGINAL = "original";

/** Which file a fact was read from. Size, bytes and orientation of a variant are not those of the original. */
export type FactOf = "original" | "variant";

export type Fact<T> = { readonly value: T; readonly of: FactOf };

/** What is known of a source, each fact with the file it was read from. */
export type SourceFacts = {
  /** Upright, in pixels. */
  readonly size: Fact<Size>;
  readonly orientation: Fact<Orientation>;
  readonly format: Fact<FormatName>;
  /** Length of the file. */
  readonly bytes: Fact<number>;
};

/** The facts of the original where it was fetched, else those of the largest variant. */
export function factsOf(meta: SourceMeta): SourceFacts | null {
  const original = meta.variants[ORIGINAL];
  const largest = Object.values(meta.variants).sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const best = original ?? largest;
  if (best === undefined) return null;
  const of: FactOf = original === undefined ? "variant" : "original";
  const told = original === undefined ? meta.size : undefined;
  return {
    size: told === undefined ? { value: uprightSize(best), of } : { value: told, of: "original" },
    orientation: { value: best.orientation, of },
    format: { value: best.format, of },
    bytes: { value: best.bytes, of },
  };
}

/**
 * Upright size of the original in pixels. Null when only variants are known that may be smaller, and for what is drawn at
 * any size (SVG).
 */
export function originalSize(meta: Pick<SourceMeta, "variants" | "size"> | null): Size | null {
  const original = meta?.variants[ORIGINAL];
  if (original === undefined) return meta?.size ?? null;
  return isVector(original.format) ? null : uprightSize(original);
}

/** The sides as a reader sees them. Orientations from 5 on swap them (EXIF 2.32 4.6.4). */
export function uprightSize({
  width,
  height,
  orientation,
}: Pick<VariantMeta, "width" | "height" | "orientation">): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** An entry that nobody renews leaves after this long; the next fetch writes it again. */
const TTL_SECONDS = 90 * 86_400;
/** KV takes 30 at least; its writes take a minute to be seen anyway. */
const CACHE_TTL_SECONDS = 60;

/**
 * The metadata under `key`, or null when there is none, it cannot be read, or it is older than `since` (the host's purge
 * epoch, unix ms). Rejects when KV fails or is slow.
 */
export async function readSourceMeta(
  kv: Pick<TextStore, "get">,
  key: string,
  since: number,
): Promise<SourceMeta | null> {
  const text = await withTimeout(kv.get(key, { type: "text", cacheTtl: CACHE_TTL_SECONDS }), STORE_WAIT_MS);
  const known = parseSourceMeta(text);
  return known === null || known.at < since ? null : known;
}

/** Call it when something is new, not on every fetch: KV takes one write a second for a key. */
export async function writeSourceMeta(kv: Pick<TextStore, "put">, key: string, meta: SourceMeta): Promise<void> {
  await kv.put(key, JSON.stringify(meta), { expirationTtl: TTL_SECONDS });
}

/** The generation that `hash` belongs to, given what is known. */
export function generationOf(known: SourceMeta | null, variant: string, hash: string): number {
  const recorded = known?.variants[variant];
  const changed = recorded !== undefined && recorded.hash !== hash;
  return (known?.generation ?? 1) + (changed ? 1 : 0);
}

/** What is known after a fetch of `variant`. A new generation forgets the other variants, which are of the old one. */
export function withVariant(known: SourceMeta | null, variant: string, fetched: VariantMeta): SourceMeta {
  const generation = generationOf(known, variant, fetched.hash);
  if (known === null || generation !== known.generation) {
    return { generation, at: fetched.at, variants: { [variant]: fetched } };
  }
  return { ...known, variants: { ...known.variants, [variant]: fetched } };
}

/** From its JSON; null when a required field is missing or makes no sense. Unknown fields are dropped. */
export function parseSourceMeta(text: string | null): SourceMeta | null {
  const value = recordOf(parseJson(text));
  const variants = recordOf(value?.variants);
  const [generation, at] = [positive(value?.generation), positive(value?.at)];
  if (value === null || variants === null || generation === null || at === null) return null;
  const read = Object.entries(variants).flatMap(([name, variant]) => {
    const meta = variantFrom(recordOf(variant));
    return meta === null ? [] : [[name, meta] as const];
  });
  if (read.length === 0) return null;
  const { colour, thumbhash } = value;
  const size = recordOf(value.size);
  const [width, height] = [positive(size?.width), positive(size?.height)];
  return {
    ...{ generation, at, variants: Object.fromEntries(read) },
    ...(width === null || height === null ? {} : { size: { width, height } }),
    ...(typeof colour === "string" ? { colour } : {}),
    ...(typeof thumbhash === "string" ? { thumbhash } : {}),
  };
}

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Orientation[];

function variantFrom(value: Readonly<Record<string, unknown>> | null): VariantMeta | null {
  if (value === null) return null;
  const { hash, format, etag = null, lastModified = null } = value;
  const at = positive(value.at);
  const width = positive(value.width);
  const height = positive(value.height);
  const bytes = positive(value.bytes);
  const orientation = ORIENTATIONS.find((known) => known === value.orientation);
  if (typeof hash !== "string" || !/^[0-9a-f]{8}$/.test(hash)) return null;
  if (at === null || width === null || height === null || bytes === null || orientation === undefined) return null;
  if (!isFormat(format) || !isTextOrNull(etag) || !isTextOrNull(lastModified)) return null;
  return { hash, at, width, height, orientation, format, bytes, etag, lastModified };
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
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
