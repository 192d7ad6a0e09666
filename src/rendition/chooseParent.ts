/**
 * A smaller size from a larger stored one, with no trip to the source.
 *
 * The rule (measured by `npm run bench -- derive`, held to by test/src/rendition/chooseParent.test.ts): the parent shows the whole source upright with its alpha, is of
 * the same source version, was not encoded worse than `MIN_QUALITY`, and has at least `SPARE` of its pixels for each
 * of the result's in both directions. Then the derived picture has the very size a direct one has.
 *
 *   wholeOf(order)                                      what to put into StoredMeta.whole when storing
 *   findParents(bucket, keys)                           the candidates of a source (parents.ts)
 *   chooseParent(wish, parents, known, now, windows)    -> { parent, transform } | null
 *   then: r2Tier(bucket, ...).get(parent.key) -> renderImage({ bytes, transform, format, ... })
 */
import { outputOf } from "../image/formats/registry.ts";
import { computeGeometry } from "../image/geometry.ts";
import type { Header } from "../image/header.ts";
import type { Size } from "../image/picture.ts";
import type { Gravity, OutputFormat, Transform } from "../request/imageRequest.ts";
import { freshnessOf, type KnownVersion, type StaleWindows } from "../store/freshness.ts";
import type { StoredMeta, Whole } from "../store/tiers/tier.ts";

/**
 * Parent pixels per result pixel, each way. At 1.9 the second generation costs a WebP of 320 px 0.006 of SSIM against
 * the unencoded picture (median of 32 photographs, 0.012 at worst), at 2 0.006, at 1.6 0.008, at 1.25 0.012:
 * `npm run bench -- derive`. Less than 2, because a rung of 640 over one of 320 may be 427 over 214 the other way.
 * The engine's OVERSAMPLING.luma is also 1.9 and is another measure: it is about samples inside one decode.
 */
export const SPARE = 1.9;
/** Below it a parent's artefacts would be handed down. */
export const MIN_QUALITY = 70;
/** Above it a caller wants more than a second generation can give. */
const MAX_WISHED_QUALITY = 85;

export type Parent = { readonly key: string; readonly meta: StoredMeta & { readonly whole: Whole } };

/** What is asked for: the transform and the format it will be made in. */
export type DeriveWish = { readonly transform: Transform; readonly format: OutputFormat };

export type Derivation = { readonly parent: Parent; readonly transform: Transform };

/**
 * What StoredMeta.whole says of a rendition: set when nothing was cut, turned against the source or flattened away.
 * `source` is the header of what it was made from, the original (never a parent: its own `whole` is handed on).
 */
export function wholeOf(transform: Transform, format: OutputFormat, source: Header): { whole?: Whole } {
  const { resize, crop, rotate, background, autoRotate, quality } = transform;
  const flattened = source.alpha && (!outputOf(format).abilities.alpha || background !== null);
  if (crop !== null || rotate !== 0 || flattened) return {};
  if (!autoRotate && source.orientation !== 1) return {};
  const swap = source.orientation >= 5;
  const [sourceWidth, sourceHeight] = swap ? [source.height, source.width] : [source.width, source.height];
  // Other types may cut or stretch; `fit` does neither.
  return resize === "fit" ? { whole: { quality: quality ?? 0, sourceWidth, sourceHeight } } : {};
}

/**
 * The smallest parent with enough to spare and the transform that makes the wish from it; null when there is none.
 * `known` is the source's version by its facts; without facts the newest parent's version counts. Only fresh parents
 * derive, so that a derived picture is no staler than what it stands beside; with `ifError` stale ones do too.
 */
export function chooseParent(
  wish: DeriveWish,
  parents: readonly Parent[],
  known: KnownVersion | null,
  now: number,
  windows: StaleWindows,
  ifError = false,
): Derivation | null {
  const newest = [...parents].sort((a, b) => b.meta.storedAt - a.meta.storedAt)[0];
  const version = known !== null && known.at >= (newest?.meta.storedAt ?? 0) ? known.v : (newest?.meta.v ?? null);
  const usable = ({ meta }: Parent) => {
    const freshness = freshnessOf(meta, now, windows);
    return meta.v === version && (freshness === "fresh" || (ifError && freshness !== "expired")) && isGood(meta, wish);
  };
  const smallestFirst = parents.filter(usable).sort((a, b) => a.meta.width - b.meta.width);
  for (const parent of smallestFirst) {
    const transform = transformFrom(parent.meta, wish.transform);
    if (transform !== null) return { parent, transform };
  }
  return null;
}

function isGood({ format, whole }: Parent["meta"], wish: DeriveWish): boolean {
  if (isLossless(format)) return true;
  if (isLossless(wish.format) || (wish.transform.quality ?? 0) > MAX_WISHED_QUALITY) return false;
  return whole.quality === 0 || whole.quality >= MIN_QUALITY;
}

function isLossless(format: OutputFormat): boolean {
  return !outputOf(format).abilities.quality;
}

/**
 * The transform that makes from the parent what `wanted` makes from the source, or null when the parent has too little
 * to spare or the wish cannot be said in the parent's pixels.
 */
export function transformFrom(meta: Parent["meta"], wanted: Transform): Transform | null {
  const { resize, width, height } = wanted;
  // The source's own size, and types that keep one of its sides or decide by it.
  if (width === 0 && height === 0) return null;
  if ((resize === "force" || resize === "auto") && (width === 0 || height === 0)) return null;
  // Not upright: the stored orientation is gone from every parent.
  if (!wanted.autoRotate) return null;
  const swap = wanted.rotate === 90 || wanted.rotate === 270;
  const turned = (size: Size): Size => (swap ? { width: size.height, height: size.width } : size);
  const source = turned({ width: meta.whole.sourceWidth, height: meta.whole.sourceHeight });
  const parent = turned(meta);
  const direct = computeGeometry(source, wanted);
  const same = { ...wanted, crop: relativeCrop(wanted, source) };
  for (const transform of [same, exactSize(same, direct)]) {
    const derived = computeGeometry(parent, transform);
    if (derived.width !== direct.width || derived.height !== direct.height) continue;
    const spare = Math.min(derived.window.width / derived.width, derived.window.height / derived.height);
    if (spare >= SPARE) return transform;
  }
  return null;
}

/** Sides and offsets of a crop in shares of the source instead of its pixels. */
function relativeCrop({ crop, gravity }: Transform, source: Size): Transform["crop"] {
  if (crop === null) return null;
  const share = (side: number, of: number) => (side < 1 ? side : side >= of ? 0 : side / of);
  return {
    width: share(crop.width, source.width),
    height: share(crop.height, source.height),
    gravity: relativeGravity(crop.gravity ?? gravity, source),
  };
}

function relativeGravity(gravity: Gravity, source: Size): Gravity {
  if (gravity.kind === "focus") return gravity;
  const share = (offset: number, of: number) => (Math.abs(offset) < 1 ? offset : offset / of);
  return { ...gravity, x: share(gravity.x, source.width), y: share(gravity.y, source.height) };
}

/** A parent's sides are rounded, so `fit` may come out a pixel off: then it is told the size. */
function exactSize(transform: Transform, { width, height }: Size): Transform {
  if (transform.resize !== "fit") return transform;
  return { ...transform, resize: "force", width, height, dpr: 1, enlarge: true };
}
