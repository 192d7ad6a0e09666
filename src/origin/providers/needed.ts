/** What a transform needs of a source: the original itself, or a picture of at least some size. Pure. */
import { computeGeometry } from "../../image/geometry/computeGeometry.ts";
import type { Size } from "../../image/picture.ts";
import { CENTRE, cropsInPixels, hasLeast, type Transform } from "../../request/transform.ts";
import type { Bound } from "./rule.ts";

/**
 * By option: whether it can only be made from the original. A new option does not compile without a decision. Only an
 * option that the request gives may need the original. A default never does.
 */
const NEEDS_ORIGINAL = {
  resize: () => false,
  width: () => false,
  height: () => false,
  dpr: () => false,
  enlarge: () => false,
  // Its offsets are pixels of the result.
  gravity: () => false,
  crop: cropsInPixels,
  background: () => false,
  quality: () => false,
  format: () => false,
  // Providers turn their renditions upright, so the stored orientation is only in the original.
  autoRotate: ({ autoRotate }) => !autoRotate,
  rotate: () => false,
  extend: () => false,
  extendColour: () => false,
  minWidth: () => false,
  minHeight: () => false,
  zoom: () => false,
  // What counts as border is decided by the source's own pixels.
  trim: ({ trim }) => trim !== null,
  extendRatio: () => false,
  padding: () => false,
  formatQuality: () => false,
  maxBytes: () => false,
  blur: () => false,
  sharpen: () => false,
  pixelate: () => false,
  watermark: () => false,
  // Providers often convert to sRGB.
  keepProfile: ({ keepProfile }) => keepProfile,
  // These are limits of the source's own file.
  mostSourcePixels: ({ mostSourcePixels }) => mostSourcePixels > 0,
  mostFramePixels: ({ mostFramePixels }) => mostFramePixels > 0,
  mostSourceBytes: ({ mostSourceBytes }) => mostSourceBytes > 0,
  mostResultSide: () => false,
  mostFrames: () => false,
  raw: ({ raw }) => raw,
  skip: ({ skip }) => skip.length > 0,
  // `original` is an explicit kcr:1. Providers may have dropped the rights.
  keepCopyright: ({ keepCopyright }) => keepCopyright === "original",
  license: () => false,
  // Whether a provider's size of an animation moves depends on the source: candidates.ts.
  maxFrames: () => false,
} as const satisfies { readonly [K in keyof Transform]: (transform: Transform) => boolean };

/** Whether only the original will do, whatever sizes there are. */
export function needsOriginal(transform: Transform): boolean {
  return Object.values(NEEDS_ORIGINAL).some((needs) => needs(transform));
}

/** Names of files that may be animations. An animated PNG is too seldom to do without a provider's sizes of all PNGs. */
const MAY_MOVE = /\.(gif|apng|webp)$/i;

/**
 * Whether only the original will do because the request wants an animation: a provider's own sizes are often stills. `source`
 * is an absolute address.
 */
export function needsFrames(source: string, { maxFrames }: Pick<Transform, "maxFrames">): boolean {
  return (maxFrames ?? 1) > 1 && mayMove(source);
}

/** Whether a source may be an animation, by its address. */
export function mayMove(source: string): boolean {
  return URL.canParse(source) && MAY_MOVE.test(new URL(source).pathname);
}

/** The shape of a source that is not known: most photographs are 3:2, and wide. */
export const USUAL_SHAPE: Size = { width: 3, height: 2 };

/** A side that no result comes near, so that a source of unknown size limits nothing. */
const HUGE = 1_000_000;

/**
 * The size of the whole upright picture at which the transform neither enlarges nor wastes pixels. `original` limits it
 * where the transform must not enlarge; null = unknown. `shape`: any size of the right shape.
 */
export function neededSize(asked: Transform, original: Size | null, shape: Size): Size {
  const scale = HUGE / Math.max(shape.width, shape.height);
  const known = original ?? { width: Math.ceil(shape.width * scale), height: Math.ceil(shape.height * scale) };
  const swaps = asked.rotate === 90 || asked.rotate === 270;
  const source = swaps ? swapped(known) : known;
  // fit-down lowers its box to the picture. A picture that covers the box gives what the original gives.
  const transform: Transform = asked.resize === "fit-down" ? { ...asked, resize: "outside" } : asked;
  const { window, width, height } = computeGeometry(source, transform);
  const needed = {
    width: Math.ceil((source.width * width) / window.width - 0.01),
    height: Math.ceil((source.height * height) / window.height - 0.01),
  };
  return swaps ? swapped(needed) : needed;
}

function swapped({ width, height }: Size): Size {
  return { width: height, height: width };
}

/** The size that a picture of this shape has within the bound. */
export function sizeWithin({ measure, pixels }: Bound, shape: Size): Size {
  const side =
    measure === "width" ? shape.width : measure === "height" ? shape.height : Math.max(shape.width, shape.height);
  const scale = pixels / side;
  return { width: Math.max(1, Math.round(shape.width * scale)), height: Math.max(1, Math.round(shape.height * scale)) };
}

/** Whether a picture has the needed pixels. One pixel less is a matter of rounding. */
export function covers(picture: Size, needed: Size, factor: number): boolean {
  return picture.width >= needed.width * factor - 1 && picture.height >= needed.height * factor - 1;
}

/** Whether the transform asks for a square from the middle of the whole picture, which is what providers crop. */
export function isCentredSquare(transform: Transform): boolean {
  const { resize, width, height, gravity, crop, rotate, zoom } = transform;
  // Both may cut more on one side than on the other.
  if (hasLeast(transform) || zoom.x !== zoom.y) return false;
  if (gravity.kind === "smart") return false;
  const isMiddle = gravity.kind === "focus" ? gravity.x === 0.5 && gravity.y === 0.5 : isCentre(gravity);
  const isFill = resize === "fill" || resize === "fill-down";
  return isFill && width > 0 && width === height && crop === null && rotate === 0 && isMiddle;
}

function isCentre({ at, x, y }: Extract<Transform["gravity"], { kind: "compass" }>): boolean {
  return CENTRE.kind === "compass" && at === CENTRE.at && x === 0 && y === 0;
}
