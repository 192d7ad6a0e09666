/**
 * What has to be seen of a source before its result can be planned: the border that `trim` cuts off, and the point that
 * `sm` keeps. Where it can, the result is made of the pixels that were looked at, so that the source is decoded once.
 */
import type { Transform } from "../request/transform.ts";
import { computeGeometry } from "./geometry/computeGeometry.ts";
import type { Source } from "./header.ts";
import type { Rect } from "./picture.ts";
import type { Plan } from "./plan.ts";
import { MEMORY_BUDGET } from "./planMemory.ts";
import { dividedBy, resizeWhole, scaleView } from "./resize/whole.ts";
import type { LookOrder, See, Seen } from "./see.ts";
import { type Uncut, withAttention } from "./smartGravity.ts";
import { turned, upright, uprightRect, uprightSize } from "./steps/orient.ts";
import { type Copy, trimmedArea } from "./trimmedArea.ts";

/** Of a source with more pixels a smaller copy is looked at. */
export const MOST_SEEN = 8_000_000;

export type Resolved = {
  /** With a point in place of `sm`. */
  readonly transform: Transform;
  /** What trimming has left of the stored picture; null = all of it. */
  readonly area: Rect | null;
  readonly copy: Copy | null;
  readonly uncut: Uncut | null;
};

/** `keeps`: whether the pixels that were looked at are kept for `pictureOf`. Throws Failure as `planRender` does. */
export async function resolve(source: Source, order: LookOrder, see: See, keeps: boolean): Promise<Resolved> {
  const { trim } = order.transform;
  const { area, copy } = trim === null ? { area: null, copy: null } : await trimmedArea(source, trim, order, see);
  const kept = keeps ? copy : null;
  const { transform, uncut } = await withAttention(source, order, area, kept, see, keeps);
  return { transform, area, copy: kept, uncut };
}

/** How much larger each side of a reduced copy must be than the result: as much as a decoder keeps for the resampler. */
const SPARE = 2;

/** The result's picture, upright, out of what was looked at. Null: the source has to be decoded again. */
export async function pictureOf(source: Source, resolved: Resolved, plan: Plan): Promise<Seen | null> {
  const { uncut, copy } = resolved;
  if (uncut !== null) return cutOut(source, resolved, uncut);
  if (copy === null) return null;
  const { pixels, factor, truncated } = copy;
  const { window, width, height } = plan.view;
  const isEnough = Math.min(window.width / width, window.height / height) >= SPARE * factor;
  if (factor > 1 && !isEnough) return null;
  if (plan.memoryBytes + pixels.data.length > MEMORY_BUDGET) return null;
  const view = factor === 1 ? plan.view : scaleView(plan.view, 1 / factor, pixels.width, pixels.height);
  const shrunk = await dividedBy(await resizeWhole(pixels, pixels, view), plan.shrink);
  return { pixels: upright(shrunk, plan.orientation), truncated };
}

async function cutOut(source: Source, { transform, area }: Resolved, { pixels, truncated }: Uncut): Promise<Seen> {
  const orientation = turned(transform.autoRotate ? source.orientation : 1, transform.rotate);
  const part = area === null ? null : uprightRect(area, source, orientation);
  const { cut, width, height } = computeGeometry(uprightSize(source, orientation), transform, part);
  const window = { ...cut, width, height };
  return { pixels: await resizeWhole(pixels, pixels, { window, bounds: window, width, height }), truncated };
}
