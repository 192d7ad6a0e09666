/**
 * The plan of one thumbnail: which decoder, which part at which scale, which orientation, which encoder; and whether
 * it is to be made at all. Pure: decided from the header and the wish alone, before anything is allocated.
 * Guards count pixels, bytes and passes, never time: a Worker's clock stands still while it computes.
 */
import { Failure } from "../errors.ts";
import type { OutputFormat, Transform } from "../request/transform.ts";
import { MAX_STORE_BYTES } from "./formats/jpeg/decoder/store.ts";
import { type DecoderName, formatOf } from "./formats/registry.ts";
import { computeGeometry, type Geometry } from "./geometry.ts";
import type { Source, View } from "./picture.ts";
import type { EngineLimits, Orientation } from "./rendition.ts";
import { resizerBytes } from "./resize/resizer.ts";
import { scaleView } from "./resize/whole.ts";
import { storedRect, swapsSides, turned } from "./steps/orient.ts";

/** What one picture may take at its peak, WebAssembly and JavaScript together: of 128 MB an isolate has. */
export const MEMORY_BUDGET = 96 * 1024 * 1024;
/** Most times a decoder may visit an 8x8 block, all scans together: 100 megapixels in 12 scans. */
export const MAX_BLOCK_VISITS = 32_000_000;
/** Most bytes a PNG may inflate to: about 60 megapixels of 8-bit RGBA. */
export const MAX_INFLATED_BYTES = 256_000_000;
/** The decoded window keeps at least this many pixels for each of the result's; below it the loss shows (SSIM). */
export const OVERSAMPLING = 1.9;

/** Eighths of the stored size at which a JPEG is decoded. */
export type Eighths = 1 | 2 | 4 | 8;

export type Plan = {
  /** In order of preference: the next is asked when one does not take the file. */
  readonly decoders: readonly DecoderName[];
  readonly view: View;
  readonly eighths: Eighths;
  /** Stored picture -> upright and turned as asked. */
  readonly orientation: Orientation;
  /** Colour to flatten onto; null keeps alpha. */
  readonly background: readonly [number, number, number] | null;
  readonly encode: { readonly format: OutputFormat; readonly quality: number; readonly method: number };
  /** Upper estimate of the peak, in bytes. */
  readonly memoryBytes: number;
};

const WHITE = [255, 255, 255] as const;

/** Defaults by output format; `method` is libwebp's (0 fast .. 6 small). */
const ENCODING = {
  webp: { quality: 75, method: 4 },
  jpeg: { quality: 80, method: 0 },
  png: { quality: 100, method: 0 },
} as const satisfies Record<OutputFormat, { quality: number; method: number }>;

/** Bytes an encoder holds for each pixel of the result, beside the pixels: its copy, its planes, its output. */
const ENCODER_BYTES = { webp: 7, jpeg: 5, png: 9 } as const satisfies Record<OutputFormat, number>;

/** What is asked for beside the picture itself. */
export type Wish = {
  readonly transform: Transform;
  readonly format: OutputFormat;
  readonly limits: EngineLimits;
  readonly webpMethod?: number;
  /** Length of the source file in bytes. */
  readonly fileBytes: number;
};

/** Header and wish -> plan. Throws Failure with the limit that stands against it. */
export function planRender(source: Source, wish: Wish): Plan {
  const { transform, format, limits } = wish;
  const { decoders } = formatOf(source.format);
  if (decoders.length === 0) throw new Failure("format_unsupported", { value: formatOf(source.format).label });
  checkSource(source, limits);
  const orientation = turned(transform.autoRotate ? source.orientation : 1, transform.rotate);
  const geometry = computeGeometry(uprightSize(source, orientation), transform);
  checkResult(geometry, limits);
  const view = storedView(geometry, source, orientation);
  const eighths = dctScale(view);
  const estimates = decoders.map((name) => ({ name, bytes: estimateMemory(name, source, view, eighths, wish) }));
  const within = estimates.filter(({ bytes }) => bytes <= MEMORY_BUDGET);
  const memoryBytes = Math.max(...within.map(({ bytes }) => bytes));
  if (within.length === 0) {
    throw tooMuchMemory(Math.min(...estimates.map(({ bytes }) => bytes)), source, view, wish);
  }
  return {
    decoders: within.map(({ name }) => name),
    view,
    eighths,
    orientation,
    background: transform.background ?? (format === "jpeg" ? WHITE : null),
    encode: {
      format,
      quality: transform.quality ?? ENCODING[format].quality,
      method: wish.webpMethod ?? ENCODING[format].method,
    },
    memoryBytes,
  };
}

function checkSource(source: Source, limits: EngineLimits): void {
  const pixels = source.width * source.height;
  const limit = Math.min(limits.maxSourcePixels, formatOf(source.format).maxPixels);
  if (pixels > limit) throw new Failure("source_too_many_pixels", { value: pixels, limit });
  if (source.frames > limits.maxSourceFrames) {
    throw new Failure("source_too_many_frames", { value: source.frames, limit: limits.maxSourceFrames });
  }
  const visits = source.scans * Math.ceil(source.coefficientBytes / 128);
  if (visits > MAX_BLOCK_VISITS) {
    throw new Failure("source_too_complex", { why: `${source.scans} scans of ${pixels} pixels` });
  }
  if (source.inflatedBytes > MAX_INFLATED_BYTES) {
    throw new Failure("source_too_complex", {
      why: `${mega(source.inflatedBytes)} MB when inflated, the limit is ${mega(MAX_INFLATED_BYTES)}`,
    });
  }
}

function checkResult({ width, height }: Geometry, limits: EngineLimits): void {
  if (width > limits.maxResultSide || height > limits.maxResultSide) {
    throw new Failure("result_too_large", { value: `${width}x${height}`, limit: `${limits.maxResultSide} px a side` });
  }
  if (width * height > limits.maxResultPixels) {
    throw new Failure("result_too_large", { value: `${width}x${height}`, limit: `${limits.maxResultPixels} pixels` });
  }
}

function uprightSize({ width, height }: Source, orientation: Orientation) {
  return swapsSides(orientation) ? { width: height, height: width } : { width, height };
}

/** The geometry of the upright picture, in the stored picture's coordinates. */
function storedView(geometry: Geometry, source: Source, orientation: Orientation): View {
  const { width, height } = uprightSize(source, orientation);
  const swap = swapsSides(orientation);
  return {
    window: storedRect(geometry.window, width, height, orientation),
    bounds: storedRect(geometry.bounds, width, height, orientation),
    width: swap ? geometry.height : geometry.width,
    height: swap ? geometry.width : geometry.height,
  };
}

/** The smallest DCT scale that keeps the view oversampled. */
export function dctScale({ window, width, height }: View): Eighths {
  for (const eighths of [1, 2, 4] as const) {
    const share = eighths / 8;
    if (window.width * share >= OVERSAMPLING * width && window.height * share >= OVERSAMPLING * height) return eighths;
  }
  return 8;
}

/** Peak bytes of each decoder, as measured or as its buffers add up. */
const DECODER_BYTES = {
  /** Windows of the file, rings of rows as wide as the reduced picture; of several scans the kept coefficients. */
  jpeg: ({ source, eighths }) =>
    2_000_000 + 32 * source.width * eighths + Math.min(MAX_STORE_BYTES, source.coefficientBytes),
  /** The file, the scaled frame, and for a progressive file the coefficients at full size. */
  turbo: ({ source, eighths, fileBytes }) =>
    fileBytes +
    4 * Math.ceil((source.width * eighths) / 8) * Math.ceil((source.height * eighths) / 8) +
    source.coefficientBytes,
  /** A window, history and batches of 16 rows; an interlaced file the whole frame. */
  png: ({ source }) => 500_000 + 250 * source.width + (source.interlaced ? 4 * source.width * source.height : 0),
  /** The file, rings as high as the filters reach over and some macroblock rows, taps. Plainly lossy files only. */
  vp8: ({ source, fileBytes, view }) =>
    source.colour !== "ycc" || source.alpha || source.frames > 1
      ? Number.POSITIVE_INFINITY
      : 500_000 +
        fileBytes +
        1.5 * source.width * (96 + 6 * Math.max(1, view.window.height / view.height)) +
        24 * (source.width + source.height) +
        64 * (view.width + view.height),
  /** The file and the frame; lossless keeps its own frame beside. */
  webp: ({ source, fileBytes }) => fileBytes + 5 * source.width * source.height,
  /** The screen, and the LZW tables with their window. */
  gif: ({ source }) => 100_000 + 4 * source.width * source.height,
  /** Measured: 33 MB and 9.7 bytes a pixel. */
  photon: ({ source, fileBytes }) => 33_000_000 + fileBytes + 9.7 * source.width * source.height,
} as const satisfies Record<DecoderName, (of: Estimated) => number>;

type Estimated = {
  readonly source: Source;
  readonly view: View;
  readonly eighths: Eighths;
  readonly fileBytes: number;
};

function estimateMemory(decoder: DecoderName, source: Source, view: View, eighths: Eighths, wish: Wish): number {
  const decoding = DECODER_BYTES[decoder]({ source, view, eighths, fileBytes: wish.fileBytes });
  // What a JPEG decoder hands on is scaled already.
  const scale = decoder === "jpeg" || decoder === "turbo" ? eighths / 8 : 1;
  const handed = scaleView(view, scale, Math.ceil(source.width * scale), Math.ceil(source.height * scale));
  const result = view.width * view.height;
  // Turning needs the picture twice for a moment; encoding comes after that.
  return Math.ceil(
    4 * result + Math.max(decoding + resizerBytes(handed), 4 * result) + ENCODER_BYTES[wish.format] * result,
  );
}

/** Where a decoder alone would fit, the size is at fault: what is said of a source is remembered for all its sizes. */
function tooMuchMemory(bytes: number, source: Source, view: View, { fileBytes }: Wish): Failure {
  const decoding = { source, view, eighths: 1, fileBytes } as const;
  const least = Math.min(...formatOf(source.format).decoders.map((name) => DECODER_BYTES[name](decoding)));
  if (least <= MEMORY_BUDGET) {
    const limit = `${mega(MEMORY_BUDGET)} MB of memory, which would be ${mega(bytes)}`;
    return new Failure("result_too_large", { value: `${view.width}x${view.height}`, limit });
  }
  return new Failure("source_too_complex", {
    why: `${mega(least)} MB of memory, the limit is ${mega(MEMORY_BUDGET)}`,
  });
}

function mega(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}
