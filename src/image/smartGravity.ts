/** Puts the point of attention in the place of the gravity `sm`. */
import { Failure } from "../errors.ts";
import { CENTRE, type Gravity, NOTHING_MORE, type Transform } from "../request/transform.ts";
import { computeGeometry } from "./geometry/computeGeometry.ts";
import type { Source } from "./header.ts";
import type { Pixels, Rect, Size } from "./picture.ts";
import { planRender } from "./plan.ts";
import { resizeWhole, scaleView } from "./resize/whole.ts";
import type { LookOrder, See } from "./see.ts";
import { attentionOf } from "./steps/attention.ts";
import { storedRect, turned, upright, uprightRect, uprightSize } from "./steps/orient.ts";
import type { Copy } from "./trimmedArea.ts";

/** The most pixels of an uncut picture that is decoded for its cut. */
const MOST_UNCUT = 4_000_000;

/** All of what a result is cut from, at the result's scale and upright. */
export type Uncut = { readonly pixels: Pixels; readonly truncated: boolean };

/** `uncut`: what was looked at, when the result is whole pixels of it. */
export type Attended = { readonly transform: Transform; readonly uncut: Uncut | null };

/**
 * The transform with points in place of `sm`. A crop looks at the whole picture, the cut after it at the crop. `area`: what
 * trimming has left of the stored picture, `copy`: the picture it was found in. With neither the uncut result is decoded, and
 * the result is then cut out of it. `keeps`: false where nothing but points may be given.
 */
export async function withAttention(
  source: Source,
  order: LookOrder,
  area: Rect | null,
  copy: Copy | null,
  see: See,
  keeps: boolean,
): Promise<Attended> {
  let { transform } = order;
  const orientation = turned(transform.autoRotate ? source.orientation : 1, transform.rotate);
  const size = uprightSize(source, orientation);
  const part = area === null ? { left: 0, top: 0, ...size } : uprightRect(area, source, orientation);
  const square = async (within: Rect): Promise<Pixels> => {
    const stored = storedRect(within, size.width, size.height, orientation);
    const pixels =
      copy === null ? await smallCopy(source, { ...order, transform }, stored, see) : await squareOf(copy, stored);
    return upright(pixels, orientation);
  };
  const point = async (within: Rect, cut: Size, look: () => Promise<Pixels>): Promise<Gravity> => {
    const share = { width: cut.width / within.width, height: cut.height / within.height };
    // Nothing is cut, so the point makes no difference.
    if (share.width >= 1 && share.height >= 1) return { kind: "focus", x: 0.5, y: 0.5 };
    return { kind: "focus", ...attentionOf(await look(), share) };
  };
  const { crop } = transform;
  if (crop !== null && (crop.gravity ?? transform.gravity).kind === "smart") {
    const { bounds } = computeGeometry(size, transform, part);
    const gravity = await point(part, bounds, () => square(part));
    transform = { ...transform, crop: { ...crop, gravity } };
  }
  if (transform.gravity.kind !== "smart") return { transform, uncut: null };
  const { bounds, window, scaled } = computeGeometry(size, transform, part);
  const seen: { uncut: Uncut | null } = { uncut: null };
  const look = async () => {
    if (keeps && copy === null) seen.uncut = await uncutPicture(source, { ...order, transform }, scaled, area, see);
    return seen.uncut?.pixels ?? square(bounds);
  };
  const gravity = await point(bounds, window, look);
  return { transform: { ...transform, gravity }, uncut: seen.uncut };
}

/** All of what the result is cut from; null when that is too much. */
async function uncutPicture(
  source: Source,
  { transform, limits, fileBytes }: LookOrder,
  { width, height }: Size,
  area: Rect | null,
  see: See,
): Promise<Uncut | null> {
  if (width * height > MOST_UNCUT) return null;
  const uncut = { ...transform, ...SMALL, width, height, crop: transform.crop };
  const huge = { ...limits, maxResultSide: Number.POSITIVE_INFINITY };
  try {
    const plan = planRender(source, { transform: uncut, format: "png", limits: huge, fileBytes, area });
    const { pixels, truncated } = await see(plan);
    return { pixels: upright(pixels, plan.orientation), truncated };
  } catch (error) {
    if (error instanceof Failure && error.reason === "result_too_large") return null;
    throw error;
  }
}

/** Side of the square in which attention is looked for where there is no uncut picture. */
const SEEN_SIDE = 128;

/** A square copy of a part of the stored picture. */
async function smallCopy(source: Source, order: LookOrder, area: Rect, see: See): Promise<Pixels> {
  const { transform, limits, fileBytes } = order;
  const square = { ...transform, ...SMALL, crop: null };
  const plan = planRender(source, { transform: square, format: "png", limits, fileBytes, area });
  return (await see(plan)).pixels;
}

async function squareOf({ pixels, factor }: Copy, area: Rect): Promise<Pixels> {
  const view = { window: area, bounds: area, width: SEEN_SIDE, height: SEEN_SIDE };
  return resizeWhole(pixels, pixels, scaleView(view, 1 / factor, pixels.width, pixels.height));
}

const SMALL = {
  ...NOTHING_MORE,
  resize: "force",
  width: SEEN_SIDE,
  height: SEEN_SIDE,
  dpr: 1,
  enlarge: true,
  gravity: CENTRE,
  extend: null,
  maxFrames: 1,
} as const satisfies Partial<Transform>;
