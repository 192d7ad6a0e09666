/** How many frames of an animation are made. Pure: decided from the header, before anything is decoded. */
import type { Transform } from "../../request/transform.ts";
import { ANIMATION_ENCODERS, FRAME_READERS } from "../formats/codecs.ts";
import type { OutputFormat } from "../formats/registry.ts";
import type { Source } from "../header.ts";
import type { Size } from "../picture.ts";
import type { EngineLimits } from "../rendition.ts";
import type { FrameReader } from "./frames.ts";

/** The most pixels of a source that are decoded for one animation: each frame counts as a whole canvas. */
export const MAX_ANIMATION_SOURCE_PIXELS = 50_000_000;
/** The most bytes that the frames of a PNG may inflate to, all together. */
export const MAX_ANIMATION_INFLATED_BYTES = 256_000_000;

/** The reader of a format's frames; null for a format of which we read one picture. */
export function frameReaderOf(format: Source["format"]): FrameReader | null {
  return (FRAME_READERS as Partial<Record<Source["format"], FrameReader>>)[format] ?? null;
}

/**
 * The first so many frames of the source are made; 1 = a still. `result`: the size of the result in pixels, with an extended
 * canvas.
 */
export function planFrames(
  source: Source,
  result: Size,
  { maxFrames, trim }: Pick<Transform, "maxFrames" | "trim">,
  format: OutputFormat,
  { maxAnimationPixels }: Pick<EngineLimits, "maxAnimationPixels">,
): number {
  // Each frame would have another border.
  const wanted = trim === null ? Math.min(source.frames, maxFrames ?? 1) : 1;
  if (wanted <= 1 || frameReaderOf(source.format) === null || !Object.hasOwn(ANIMATION_ENCODERS, format)) return 1;
  const bySource = MAX_ANIMATION_SOURCE_PIXELS / (source.width * source.height);
  const byInflating = source.inflatedBytes === 0 ? wanted : MAX_ANIMATION_INFLATED_BYTES / source.inflatedBytes;
  const byResult = maxAnimationPixels / (result.width * result.height);
  return Math.max(1, Math.floor(Math.min(wanted, bySource, byInflating, byResult)));
}
