/**
 * The plan of one thumbnail: its decoders, the part of the source, the scale, the orientation and the encoder. A plan
 * that exceeds a limit is refused. Pure: it needs only the header and the order, before anything is allocated.
 * Limits count pixels, bytes and passes, never time: the clock of a Worker stands still while it computes.
 */
import { Failure } from "../errors.ts";
import { type Colour, qualityOf, type Transform } from "../request/transform.ts";
import { frameReaderOf, planFrames } from "./animation/planFrames.ts";
import type { Orientation } from "./formats/exif.ts";
import { dctScale } from "./formats/jpeg/decoder/scale.ts";
import { type DecoderName, formatOf, isVector, type OutputFormat, outputOf } from "./formats/registry.ts";
import type { Canvas } from "./geometry/canvas.ts";
import { computeGeometry, type Geometry } from "./geometry/computeGeometry.ts";
import { type MarkPlace, placeMark } from "./geometry/markPlace.ts";
import type { Source } from "./header.ts";
import type { DctScale, Rect, Size, View } from "./picture.ts";
import {
  animationMemory,
  type Estimate,
  fitIntoMemory,
  leastMemory,
  MEMORY_BUDGET,
  type MemoryOf,
} from "./planMemory.ts";
import type { EngineLimits } from "./rendition.ts";
import { type Filters, filterBytesPerPixel, filtersOf } from "./steps/filter.ts";
import { storedView, turned, uprightRect, uprightSize } from "./steps/orient.ts";

/** The most visits to 8x8 blocks by a decoder, all scans together: 100 megapixels in 12 scans. */
export const MAX_BLOCK_VISITS = 32_000_000;
/** The most bytes a PNG may inflate to: about 60 megapixels of 8-bit RGBA. */
export const MAX_INFLATED_BYTES = 256_000_000;

/** The most rows of a source, as in libpng. A row costs some microseconds, however short it is. */
export const MAX_SOURCE_ROWS = 1_000_000;

export type Plan = {
  /** In order of preference. If one does not support the file, the next one is tried. */
  readonly decoders: readonly DecoderName[];
  /** What the decoder makes: the result's view, `shrink` times as large each way. */
  readonly view: View;
  /** A second pass of the resampler shrinks the decoder's picture by this: 1 save for very strong reductions. */
  readonly shrink: number;
  /** The failure when no planned decoder takes the file, while one that was left out for its memory might. */
  readonly leftOut: Failure | null;
  /** How far JPEG decoders reduce inside the inverse DCT. Decided here and nowhere else. */
  readonly dctScale: DctScale;
  /** Turns the stored picture into the result: upright, then rotated as requested. */
  readonly orientation: Orientation;
  /** The colour to flatten onto; null keeps alpha. */
  readonly background: Colour | null;
  /** The extended canvas, in its colour (null = transparent); null = the result is the picture itself. */
  readonly canvas: (Canvas & { readonly colour: Colour | null }) | null;
  /** How many of the source's frames are made, from the first on; 1 = a still. */
  readonly frames: number;
  /** What is done to the pixels of the result, before the background. */
  readonly filters: Filters;
  /** The watermark over the result; null = none. */
  readonly mark: (MarkPlace & { readonly opacity: number }) | null;
  readonly encode: { readonly format: OutputFormat; readonly quality: number; readonly effort: number };
  /** Upper estimate of the peak, in bytes. */
  readonly memoryBytes: number;
};

const WHITE = [255, 255, 255] as const;

/** The order for the planner. */
export type PlanOrder = {
  readonly transform: Transform;
  readonly format: OutputFormat;
  readonly limits: EngineLimits;
  /** The encoder's effort in place of the format's default. */
  readonly effort?: number;
  /** Length of the source file in bytes. */
  readonly fileBytes: number;
  /** What trimming has left of the picture as stored; null or absent = all of it. */
  readonly area?: Rect | null;
  /** Upright size of the watermark's picture. Absent: the result gets no watermark. */
  readonly mark?: Size | undefined;
};

/** Header and order -> plan. Throws Failure with the limit that is exceeded. */
export function planRender(source: Source, order: PlanOrder): Plan {
  const { transform, format, limits } = order;
  const output = outputOf(format);
  const names = decodersOf(source, limits);
  checkSource(source, limits);
  const orientation = turned(transform.autoRotate ? source.orientation : 1, transform.rotate);
  // Enlarging what has no pixels of its own costs no sharpness.
  const enlarge = transform.enlarge || isVector(source.format);
  const area = order.area ? uprightRect(order.area, source, orientation) : null;
  const geometry = computeGeometry(uprightSize(source, orientation), { ...transform, enlarge }, area);
  checkResult(geometry, transform, limits);
  const asked = storedView(geometry, source, orientation);
  const quality = qualityOf(transform, format) ?? output.defaultQuality;
  const { fullChroma } = output;
  const { bytesPerPixel } = fullChroma !== undefined && quality >= fullChroma.fromQuality ? fullChroma : output;
  const { canvas } = geometry;
  const canvasPixels = canvas === null ? 0 : canvas.width * canvas.height;
  const filters = filtersOf(transform);
  const filterBytes = filterBytesPerPixel(filters) * geometry.width * geometry.height;
  const { watermark } = transform;
  const mark =
    watermark === null || order.mark === undefined
      ? null
      : { ...placeMark(canvas ?? geometry, order.mark, watermark, geometry.dpr), opacity: watermark.opacity };
  const besideBytes = mark === null ? 0 : 4 * mark.width * mark.height;
  const encoder = { encoderBytesPerPixel: bytesPerPixel, canvasPixels };
  const size = { source, fileBytes: order.fileBytes, ...encoder, filterBytes, besideBytes };
  const { shrink, view, estimates } = fitIntoMemory(names, asked, size);
  const within = estimates.filter(({ bytes }) => bytes <= MEMORY_BUDGET);
  const possible = names.filter((name) => leastMemory(name, size) <= MEMORY_BUDGET);
  const tooMuch = tooMuchMemory(estimates, possible, asked, size, transform);
  if (within.length === 0) throw tooMuch;
  const wanted = planFrames(source, canvas ?? geometry, transform, format, limits);
  const moving = wanted === 1 ? null : fittingAnimation(wanted, view, size);
  const background = transform.background ?? (output.abilities.alpha ? null : WHITE);
  return {
    decoders: within.map(({ name }) => name),
    view,
    shrink,
    leftOut: within.length < possible.length ? tooMuch : null,
    dctScale: dctScale(view),
    orientation,
    background,
    canvas: canvas && { ...canvas, colour: transform.extendColour ?? background },
    frames: moving?.frames ?? 1,
    filters,
    mark,
    encode: { format, quality, effort: order.effort ?? output.defaultEffort },
    memoryBytes: moving?.bytes ?? Math.max(...within.map(({ bytes }) => bytes)),
  };
}

/** So many frames and their memory. Null, which is a still, when they take too much of it. */
function fittingAnimation(frames: number, view: View, size: MemoryOf) {
  const reader = frameReaderOf(size.source.format);
  const bytes = reader === null ? Number.POSITIVE_INFINITY : animationMemory(reader, view, frames, size);
  return bytes <= MEMORY_BUDGET ? { frames, bytes } : null;
}

function decodersOf({ format }: Source, { decoders = [] }: EngineLimits): readonly DecoderName[] {
  const { label, input } = formatOf(format);
  const isLeftOut = decoders.length > 0 && !decoders.includes(format);
  if (input === null || isLeftOut) throw new Failure("format_unsupported", { value: label });
  return input.decoders as readonly string[] as readonly DecoderName[];
}

function checkSource(source: Source, limits: EngineLimits): void {
  const pixels = isVector(source.format) ? 0 : source.width * source.height;
  const ofKind = Math.min(formatOf(source.format).input?.maxPixels ?? 0, source.mostPixels ?? Number.POSITIVE_INFINITY);
  const limit = Math.min(limits.maxSourcePixels, ofKind);
  if (pixels > limit) throw new Failure("source_too_many_pixels", { value: pixels, limit });
  if (source.height > MAX_SOURCE_ROWS) {
    throw new Failure("source_too_complex", { why: `${source.height} rows, the limit is ${MAX_SOURCE_ROWS}` });
  }
  if (source.frames > limits.maxSourceFrames && frameReaderOf(source.format) === null) {
    throw new Failure("source_too_many_frames", { value: source.frames, limit: limits.maxSourceFrames });
  }
  const visits = source.scans * Math.ceil(source.coefficientBytes / 128);
  if (visits > MAX_BLOCK_VISITS) {
    throw new Failure("source_too_complex", { why: `${source.scans} scans of ${pixels} pixels` });
  }
  if (source.inflatedBytes > MAX_INFLATED_BYTES) {
    const why = `${mega(source.inflatedBytes)} MB when inflated, the limit is ${mega(MAX_INFLATED_BYTES)}`;
    throw new Failure("source_too_complex", { why });
  }
}

function checkResult(
  { canvas, ...picture }: Geometry,
  transform: Pick<Transform, "width" | "height" | "mostResultSide">,
  { maxResultSide: mostOfAll, maxResultPixels }: EngineLimits,
): void {
  const maxResultSide = Math.min(mostOfAll, transform.mostResultSide || mostOfAll);
  const { width, height } = canvas ?? picture;
  const value = `${width}x${height}`;
  const isLong = Math.max(width, height) > maxResultSide;
  if (!isLong && width * height <= maxResultPixels) return;
  const limit = isLong ? `${maxResultSide} px a side` : `${maxResultPixels} pixels`;
  const shrink = Math.min(maxResultSide / Math.max(width, height), Math.sqrt(maxResultPixels / (width * height)));
  throw new Failure("result_too_large", { value, limit: limit + adviceOn(transform, width * shrink) });
}

/** A width that is of use on most pages. */
const USUAL_WIDTH = 1024;

/** Whoever asks for no size gets the source's. A width helps then; `widest` is the largest that does, in pixels. */
function adviceOn({ width, height }: Pick<Transform, "width" | "height">, widest: number): string {
  if (width > 0 || height > 0) return "";
  return `; ask for a width, such as w:${Math.max(1, Math.min(USUAL_WIDTH, Math.floor(widest)))}`;
}

/**
 * Who is at fault is remembered: a source for all its sizes, a size only for itself. So the source is at fault only when
 * no size of it fits into the budget. `possible`: decoders that can make some size of it.
 */
function tooMuchMemory(
  estimates: readonly Estimate[],
  possible: readonly DecoderName[],
  { width, height }: View,
  size: MemoryOf,
  transform: Pick<Transform, "width" | "height">,
): Failure {
  if (possible.length > 0) {
    const needed = Math.min(...estimates.filter(({ name }) => possible.includes(name)).map(({ bytes }) => bytes));
    const limit = `${mega(MEMORY_BUDGET)} MB of memory, which would be ${mega(needed)}`;
    // Half of each side takes a fourth of the memory.
    const advice = adviceOn(transform, width / 2);
    return new Failure("result_too_large", { value: `${width}x${height}`, limit: limit + advice });
  }
  const least = Math.min(...estimates.map(({ name }) => leastMemory(name, size)));
  const why = `${mega(least)} MB of memory, the limit is ${mega(MEMORY_BUDGET)}`;
  return new Failure("source_too_complex", { why });
}

function mega(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}
