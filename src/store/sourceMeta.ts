/**
 * A source's metadata: what fetches have told us, kept in KV as small JSON, so that planning, revalidation and
 * derivation need no other fetch. It holds one entry per variant (the original, or a provider's own size).
 */
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { Orientation } from "../image/formats/exif.ts";
import { FORMATS, type FormatName } from "../image/formats/registry.ts";
import type { Size } from "../image/picture.ts";
import { parseInfo, type SourceInfo } from "./sourceInfo.ts";
import { jsonOf, recordOf } from "./storedJson.ts";

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
  /** It shows a square cut from the middle of the source. */
  readonly crops?: true;
};

/** What an image server says of a picture: its info.json in short (origin/providers/iiifInfo.ts), null = it has none. */
export type Described = {
  readonly at: number;
  readonly text: string | null;
};

export type SourceMeta = {
  /** Rises when the bytes of a variant differ from those recorded for the same variant. Starts at 1. */
  readonly generation: number;
  /** When this generation was first fetched, unix ms. */
  readonly at: number;
  readonly variants: Readonly<Record<string, VariantMeta>>;
  /**
   * Hashes that each variant has had lately, newest first. Servers of one provider may send different bytes of one picture
   * in turn: a hash that comes back begins no generation. None of the original, whose bytes are its own.
   */
  readonly seen?: Readonly<Record<string, readonly string[]>>;
  /**
   * Upright size of the original, where something else than its own file told it: a provider's rendition that was smaller
   * than its nominal size (the provider enlarges nothing), or the image server's description.
   */
  readonly size?: Size;
  readonly described?: Described;
  /** `#rrggbb`, when it was worked out. */
  readonly colour?: string;
  /** ThumbHash, base64, when it was worked out. */
  readonly thumbhash?: string;
  /** Facts of the original's file, when a render has read it whole. */
  readonly info?: SourceInfo;
};

/** The part of a KV namespace that is used here. */
type TextStore = {
  get(key: string, options: { type: "text"; cacheTtl: number }): Promise<string | null>;
  put(key: string, text: string, options: { expirationTtl: number }): Promise<void>;
};

/** The name of the variant that is the source's own file. */
export const ORIGINAL = "original";

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

/** What is known of the bytes of each variant. */
type KnownBytes = { readonly variants: Readonly<Record<string, Pick<VariantMeta, "hash">>> } & Pick<SourceMeta, "seen">;

/** The generation that `hash` belongs to, given what is known. */
export function generationOf(known: SourceMeta | null, variant: string, hash: string): number {
  const changed = known?.variants[variant] !== undefined && !hasHash(known, variant, hash);
  return (known?.generation ?? 1) + (changed ? 1 : 0);
}

/** Whether a variant has these bytes, or had them lately. */
export function hasHash({ variants, seen = {} }: KnownBytes, variant: string, hash: string): boolean {
  return variants[variant]?.hash === hash || (seen[variant] ?? []).includes(hash);
}

/** What is learnt of a source beside the variant itself. */
export type Learnt = Pick<SourceMeta, "size" | "described">;

/** So many hashes of a variant are remembered. */
const MAX_SEEN = 4;

/**
 * What is known after a fetch of `variant`. A new generation forgets the other variants, which are of the old one, but not
 * the hashes that they have had.
 */
export function withVariant(
  known: SourceMeta | null,
  variant: string,
  fetched: VariantMeta,
  learnt: Learnt = {},
): SourceMeta {
  const generation = generationOf(known, variant, fetched.hash);
  const earlier = (known?.seen?.[variant] ?? []).filter((hash) => hash !== fetched.hash);
  const all =
    variant === ORIGINAL ? known?.seen : { ...known?.seen, [variant]: [fetched.hash, ...earlier].slice(0, MAX_SEEN) };
  const seen = all === undefined ? {} : { seen: all };
  if (known === null || generation !== known.generation) {
    return { generation, at: fetched.at, variants: { [variant]: fetched }, ...seen, ...learnt };
  }
  const { size, ...rest } = known;
  // The original's own file says its size.
  const told = size === undefined || variant === ORIGINAL ? {} : { size };
  return { ...rest, ...told, ...seen, ...learnt, variants: { ...known.variants, [variant]: fetched } };
}

/** From its JSON; null when a required field is missing or makes no sense. Unknown fields are dropped. */
export function parseSourceMeta(text: string | null): SourceMeta | null {
  const value = recordOf(jsonOf(text));
  const variants = recordOf(value?.variants);
  const [generation, at] = [positive(value?.generation), positive(value?.at)];
  if (value === null || variants === null || generation === null || at === null) return null;
  const read = Object.entries(variants).flatMap(([name, variant]) => {
    const meta = variantFrom(recordOf(variant));
    return meta === null ? [] : [[name, meta] as const];
  });
  if (read.length === 0) return null;
  const { colour, thumbhash } = value;
  const info = parseInfo(value.info);
  const size = recordOf(value.size);
  const [width, height] = [positive(size?.width), positive(size?.height)];
  return {
    ...{ generation, at, variants: Object.fromEntries(read) },
    ...(width === null || height === null ? {} : { size: { width, height } }),
    ...describedFrom(recordOf(value.described)),
    ...seenFrom(recordOf(value.seen)),
    ...(typeof colour === "string" ? { colour } : {}),
    ...(typeof thumbhash === "string" ? { thumbhash } : {}),
    ...(info === null ? {} : { info }),
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
  if (!isHash(hash)) return null;
  if (at === null || width === null || height === null || bytes === null || orientation === undefined) return null;
  if (!isFormat(format) || !isTextOrNull(etag) || !isTextOrNull(lastModified)) return null;
  return {
    ...{ hash, at, width, height, orientation, format, bytes, etag, lastModified },
    ...(value.crops === true ? { crops: true } : {}),
  };
}

function describedFrom(value: Readonly<Record<string, unknown>> | null): Pick<SourceMeta, "described"> {
  const at = positive(value?.at);
  const text = value?.text;
  return at === null || !isTextOrNull(text) ? {} : { described: { at, text } };
}

function seenFrom(value: Readonly<Record<string, unknown>> | null): Pick<SourceMeta, "seen"> {
  if (value === null) return {};
  const hashes = (list: unknown) => (Array.isArray(list) ? list.filter(isHash).slice(0, MAX_SEEN) : []);
  return { seen: Object.fromEntries(Object.entries(value).map(([name, list]) => [name, hashes(list)])) };
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}$/.test(value);
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
