/**
 * Chooses a stored rendition from which a smaller size can be made, without a request to the source.
 *
 * The rule: the parent shows the whole source upright with its alpha, is of the same source version, was not encoded
 * worse than `MIN_QUALITY`, and has at least `SPARE` of its pixels for each pixel of the result in both directions. Then
 * the derived picture has exactly the size of a direct one. `npm run bench -- derive` measures what it costs;
 * test/src/rendition/chooseParent.test.ts checks it.
 *
 *   wholeOf(transform, format, source)                     what to put into StoredMeta.whole when storing
 *   chooseParent(request, parents, known, now, windows)    -> { parent, transform } | null
 *   then: renderImage({ bytes of the parent, transform, format, ... })
 */

import type { OutputFormat } from "../image/formats/registry.ts";
import { isVector, outputOf } from "../image/formats/registry.ts";
import type { Header } from "../image/header.ts";
import type { Size } from "../image/picture.ts";
import { isDefault, type OptionTable } from "../request/options/option.ts";
import { OPTIONS } from "../request/options/table.ts";
import { cropsInPixels, qualityOf, type Transform } from "../request/transform.ts";
import { freshnessOf, isOutdated, type KnownVersion, type StaleWindows } from "../store/freshness.ts";
import { originalSize, uprightSize } from "../store/sourceFacts.ts";
import { ORIGINAL, type SourceMeta } from "../store/sourceMeta.ts";
import type { Parent, StoredMeta, Whole } from "../store/tiers/tier.ts";
import { maybeLarger, scaledTransform } from "./scaledTransform.ts";

/**
 * Parent pixels per result pixel, each way. At 1.9 the second generation costs a WebP of 320 px 0.006 of SSIM against
 * the unencoded picture (median of 32 photographs, 0.012 at worst), at 2 0.006, at 1.6 0.008, at 1.25 0.012:
 * `npm run bench -- derive`. Less than 2, because a rung of 640 over one of 320 may be 427 over 214 the other way.
 * The engine's OVERSAMPLING.luma is also 1.9 and is another measure: it is about samples inside one decode.
 */
export const SPARE = 1.9;
/** A parent of lower quality would pass its artefacts on. */
export const MIN_QUALITY = 70;
/** A request for a higher quality is not derived: a second generation cannot give it. */
const MAX_DERIVED_QUALITY = 85;

/** The requested transform, and the format of the result. */
export type DeriveRequest = { readonly transform: Transform; readonly format: OutputFormat };

export type Derivation = { readonly parent: Parent; readonly transform: Transform };

/**
 * What StoredMeta.whole says of a rendition: set when every option that changes the picture is at its default or says
 * that this value keeps the picture whole (`keepsWhole` in the table of options). An option that says nothing does not.
 * `source` is the header of what it was made from, the original or a variant (never a parent, whose own `whole` is handed
 * on). `original` is the upright size of the original where that is known; null = `source` is a variant, and the original
 * may be larger. `mayHaveFrames`: the original is an animation, or may be one.
 */
export function wholeOf(
  transform: Transform,
  format: OutputFormat,
  source: Header,
  original: Size | null = uprightSize(source),
  mayHaveFrames = source.frames > 1,
  table: OptionTable = OPTIONS,
): { whole?: Whole } {
  // Smaller sizes of what is drawn at any size are drawn, too.
  if (isVector(source.format)) return {};
  const values: Readonly<Record<string, unknown>> = { ...transform, format };
  const isWhole = Object.entries(table).every(([field, row]) => {
    if (row.effect === "delivery" || row.effect === "cache") return true;
    return isDefault(row, values[field]) || row.keepsWhole?.(values[field], source) === true;
  });
  if (!isWhole) return {};
  const { width: sourceWidth, height: sourceHeight } = original ?? uprightSize(source);
  const kept = transform.keepCopyright;
  const rights = kept === "fetched" || kept === "original" ? { rights: true as const } : {};
  const of = original === null ? { of: "variant" as const } : {};
  const still = mayHaveFrames ? {} : { still: true as const };
  return { whole: { quality: transform.quality ?? 0, sourceWidth, sourceHeight, ...rights, ...still, ...of } };
}

/**
 * Parents made of a variant while nobody knew the original's size: with the size, once it is known. `known` must be of the
 * parents' generation.
 */
export function withOriginalSize(parents: readonly Parent[], known: SourceMeta | null): readonly Parent[] {
  const size = originalSize(known);
  if (size === null) return parents;
  return parents.map((parent) => {
    const { of, ...rest } = parent.meta.whole;
    if (of !== "variant" || parent.meta.generation !== known?.generation) return parent;
    const whole: Whole = { ...rest, sourceWidth: size.width, sourceHeight: size.height };
    return { ...parent, meta: { ...parent.meta, whole } };
  });
}

/**
 * The smallest parent with enough pixels, and the transform that makes the requested picture from it; null when there is
 * none. `known` is the source's version by its stored metadata; without it the newest parent's version counts. Only fresh
 * parents are used, so that a derived picture is not staler than the others of its source. With `ifError` stale parents
 * are used too.
 */
export function chooseParent(
  request: DeriveRequest,
  parents: readonly Parent[],
  known: KnownVersion | null,
  now: number,
  windows: StaleWindows,
  ifError = false,
): Derivation | null {
  const present = parents.filter(({ meta }) => known === null || !isOutdated(meta, known));
  const newest = [...present].sort((a, b) => b.meta.storedAt - a.meta.storedAt)[0]?.meta;
  const usable = ({ meta }: Parent) => {
    const freshness = freshnessOf(meta, now, windows);
    return (
      isSameVersion(meta, newest) &&
      (freshness === "fresh" || (ifError && freshness !== "expired")) &&
      isGood(meta, request) &&
      hasRights(meta, request) &&
      hasFrames(meta, request)
    );
  };
  const smallestFirst = present.filter(usable).sort((a, b) => a.meta.width - b.meta.width);
  for (const parent of smallestFirst) {
    const transform = transformFrom(parent.meta, request.transform);
    if (transform !== null) return { parent, transform };
  }
  return null;
}

/** Two variants have different bytes and show the same picture: then the generation tells. */
export function isSameVersion(
  meta: Pick<StoredMeta, "generation" | "variant" | "sourceHash">,
  newest: Pick<StoredMeta, "generation" | "variant" | "sourceHash"> | undefined,
): boolean {
  if (newest === undefined || meta.generation !== newest.generation) return false;
  return meta.variant !== newest.variant || meta.sourceHash === newest.sourceHash;
}

function isGood({ format, whole }: Parent["meta"], request: DeriveRequest): boolean {
  if (isLossless(format)) return true;
  if (isLossless(request.format) || (qualityOf(request.transform, request.format) ?? 0) > MAX_DERIVED_QUALITY)
    return false;
  return whole.quality === 0 || whole.quality >= MIN_QUALITY;
}

/** Whether it holds the rights that the result must hold. Another size of the source may have lost those of its original. */
function hasRights({ whole, variant }: Parent["meta"], { transform: { keepCopyright } }: DeriveRequest): boolean {
  if (keepCopyright === null || keepCopyright === "none") return true;
  return whole.rights === true && (keepCopyright === "fetched" || variant === ORIGINAL);
}

/**
 * Whether it has the frames that the result must have. A still of an animation is never the parent of a moving picture. Of
 * what is cut to fewer frames, a smaller size may have more.
 */
function hasFrames({ whole, frames, sourceFrames }: Parent["meta"], { transform }: DeriveRequest): boolean {
  const most = transform.maxFrames ?? 1;
  if (most === 1 || whole.still === true) return true;
  return frames > 1 && (sourceFrames === undefined || frames >= most);
}

function isLossless(format: OutputFormat): boolean {
  return !outputOf(format).abilities.quality;
}

/**
 * The transform that makes from the parent the picture that `wanted` makes from the source. Null when the parent has too
 * few pixels, or when the parent cannot give this picture at all.
 */
export function transformFrom(meta: Parent["meta"], wanted: Transform): Transform | null {
  // An offset in pixels of a source whose size nobody knows is no share of it.
  if (meta.whole.of === "variant" && cropsInPixels(wanted)) return null;
  const sides = { width: meta.whole.sourceWidth, height: meta.whole.sourceHeight };
  const source = meta.whole.of === "variant" ? maybeLarger(sides) : sides;
  const hasSpare = (window: Size, result: Size) =>
    Math.min(window.width / result.width, window.height / result.height) >= SPARE;
  return scaledTransform(meta, source, wanted, hasSpare);
}
