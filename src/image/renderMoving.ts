/** The steps of an animation: each frame is decoded, resized, turned and encoded before the next one is read. */
import { Failure } from "../errors.ts";
import type { AnimationEncoder, StartAnimation } from "./animation/frames.ts";
import { frameReaderOf } from "./animation/planFrames.ts";
import { embeddedConversion } from "./colour/embedded.ts";
import type { Convert } from "./colour/srgb.ts";
import { EncoderFault, isOurs } from "./decodeErrors.ts";
import { dropAllEngines } from "./engines.ts";
import { ANIMATION_ENCODERS } from "./formats/codecs.ts";
import type { OutputFormat } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import type { Pixels } from "./picture.ts";
import type { Plan } from "./plan.ts";
import type { RenderOrder, Stopwatch } from "./rendition.ts";
import { createFrameResizer } from "./resize/frames.ts";
import { resizeWhole } from "./resize/whole.ts";
import { changesPixels, drawn } from "./steps/drawn.ts";
import { upright } from "./steps/orient.ts";

/** Pixels of source and result between two pauses: about 10 ms of work. */
const PIXELS_BETWEEN_PAUSES = 300_000;
/** What a frame costs however small it is, in pixels. */
const PIXELS_A_FRAME = 6_000;

export type Moving = {
  readonly file: Uint8Array;
  /** The first frame. */
  readonly first: Pixels;
  /** How many frames of the source it shows. */
  readonly frames: number;
  readonly truncated: boolean;
};

/**
 * Source bytes and a plan of several frames -> the animation. Null when not one frame can be read: a still may be possible.
 * A later frame that makes its decoder give up ends the animation. `mark`: the watermark's pixels. `converts`: whether colours
 * become sRGB. Throws what the encoder throws, as EncoderFault.
 */
export async function renderMoving(
  bytes: Uint8Array,
  source: Source,
  plan: Plan,
  clock: Stopwatch,
  pause: RenderOrder["pause"],
  mark: Pixels | null,
  converts: boolean,
): Promise<Moving | null> {
  const { view, encode } = plan;
  const reader = frameReaderOf(source.format);
  const start = (ANIMATION_ENCODERS as Partial<Record<OutputFormat, StartAnimation>>)[encode.format];
  if (reader === null || start === undefined)
    throw new Error(`no animations from ${source.format} to ${encode.format}`);
  const convert = converts ? await (reader.convert ?? embeddedConversion)(source) : null;
  const resize = createFrameResizer(view, plan.shrink === 1);
  const plays = source.animation?.plays ?? 1;
  let encoder: AnimationEncoder | null = null;
  let first: Pixels | null = null;
  let frames = 0;
  let truncated = false;
  let sincePause = 0;
  try {
    for await (const frame of reader.read(bytes, source, plan.frames)) {
      clock.lap("decode");
      const result = await finished(await resize(frame), convert, plan, mark);
      clock.lap("resize");
      const { width, height } = result;
      encoder ??= start({ ...encode, width, height, plays });
      await encoder.add(result, frame.delayMs).catch(asEncoderFault);
      clock.lap("encode");
      first ??= result;
      frames++;
      truncated ||= !frame.complete;
      sincePause += PIXELS_A_FRAME + source.width * source.height + width * height;
      if (sincePause >= PIXELS_BETWEEN_PAUSES) {
        sincePause = 0;
        await pause?.();
      }
    }
  } catch (error) {
    if (isOurs(error)) throw error;
    // What its memory holds cannot be trusted any more.
    if (!(error instanceof Failure)) dropAllEngines();
    truncated = true;
  }
  if (encoder === null || first === null) return null;
  return { file: await encoder.finish().catch(asEncoderFault), first, frames, truncated };
}

function asEncoderFault(error: unknown): never {
  throw new EncoderFault(error);
}

/** The steps of a still: colour, the second pass of a very strong reduction, orientation, and what is drawn on it. */
async function finished(resized: Pixels, convert: Convert | null, plan: Plan, mark: Pixels | null): Promise<Pixels> {
  const { shrink, orientation } = plan;
  const changes = convert !== null || plan.mark !== null || changesPixels(plan, resized);
  // The resampler goes on from its own pixels.
  const own = changes ? { ...resized, data: resized.data.slice() } : resized;
  convert?.(own.data);
  const { width, height } = own;
  const whole = { left: 0, top: 0, width, height };
  const small = { window: whole, bounds: whole, width: width / shrink, height: height / shrink };
  const shrunk = shrink === 1 ? own : await resizeWhole(own, own, small);
  const turned = upright(shrunk, orientation);
  return drawn(turned, plan, mark);
}
