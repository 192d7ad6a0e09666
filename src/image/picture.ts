/** The values that pass between the steps of the engine: views, pictures, and what decoders and encoders are. */
import { Failure } from "../errors.ts";
import type { Convert } from "./colour/srgb.ts";
import type { Source } from "./header.ts";
import type { Stopwatch } from "./rendition.ts";

/** A rectangle in pixels; `left` and `top` count from the upper left corner. */
export type Rect = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/**
 * What a decoder is asked for: a part of the picture as stored (before orientation), and its size in the result.
 * `window` may have fractions. `bounds` are whole pixels; no filter tap reads outside of them (the crop, or
 * everything).
 */
export type View = {
  readonly window: Rect;
  readonly bounds: Rect;
  readonly width: number;
  readonly height: number;
};

/** RGBA, 8 bits a channel, straight alpha, rows from the top, no padding between rows. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** False promises that every pixel is opaque. */
  readonly alpha: boolean;
};

/** One frame: the whole canvas, and how long it is shown, in milliseconds. The delay of a still is 0. */
export type Frame = { readonly pixels: Pixels; readonly delayMs: number };

/** A picture, still (one frame) or moving. Every frame has the picture's size. */
export type Picture = {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly [Frame, ...Frame[]];
  /** How often the frames are played; 0 means without end. 1 for a still. */
  readonly loop: number;
};

/** Pixels -> the picture that has them as its only frame. The pixels are not copied. */
export function stillPicture(pixels: Pixels): Picture {
  const { width, height } = pixels;
  return { width, height, frames: [{ pixels, delayMs: 0 }], loop: 1 };
}

/** The size, in pixels. */
export type Size = { readonly width: number; readonly height: number };

/** Checks the result of every decoder. Throws image_damaged when the pixels have another size than planned. */
export function checkSize({ width, height, data }: Pixels, planned: Size): void {
  if (width === planned.width && height === planned.height && data.length === 4 * width * height) return;
  const why = `${width}x${height} pixels came out of it in place of ${planned.width}x${planned.height}`;
  throw new Failure("image_damaged", { why });
}

/** Applies a step to the pixels of every frame. The step must give all frames the same size. */
export function mapFrames(picture: Picture, step: (pixels: Pixels) => Pixels): Picture {
  const [first, ...rest] = picture.frames;
  const stepped = (frame: Frame): Frame => ({ ...frame, pixels: step(frame.pixels) });
  const frames: Picture["frames"] = [stepped(first), ...rest.map(stepped)];
  const { width, height } = frames[0].pixels;
  return { ...picture, width, height, frames };
}

/** Samples kept of each 8 along a side of a JPEG block, inside the inverse DCT: 8 is full size, 1 an eighth. */
export type DctScale = 1 | 2 | 4 | 8;

/** The order for a decoder: the view, and how far to reduce inside the inverse DCT (JPEG only). */
export type DecodeOrder = {
  readonly view: View;
  readonly dctScale: DctScale;
  /** Draw as small as possible and enlarge that (SVG only). */
  readonly least?: boolean;
};

/** What a decoder gives: the view's picture, and whether the source ended early or was damaged. */
export type Decoded = {
  readonly picture: Picture;
  readonly truncated: boolean;
  /** What remains of the conversion to sRGB (null: nothing). Absent: all of what the source's profile asks for. */
  readonly convert?: Convert | null;
};

/**
 * bytes -> the view's picture. Throws UnsupportedByDecoder for a file the next decoder may take, Failure for one that
 * is damaged, or what its WebAssembly threw (decodeErrors.ts turns that into a Failure).
 */
export type Decode = (bytes: Uint8Array, source: Source, order: DecodeOrder, clock: Stopwatch) => Promise<Decoded>;

/** What a decoder's memory depends on. `fileBytes` is the length of the source file. */
export type DecodeCost = DecodeOrder & { readonly source: Source; readonly fileBytes: number };

/** A decoder as the tables have it. */
export type Decoder = {
  /** "heavy": the second Worker has the code, and the caller hands in what that gave (rendition/decodeHeavy.ts). */
  readonly decode: Decode | "heavy";
  /** Upper estimate of its peak memory, in bytes. Infinity for a file it does not take. */
  readonly memoryBytes: (cost: DecodeCost) => number;
  /** It reduces inside the inverse DCT, so the resampler gets a picture of `dctScale` eighths. */
  readonly shrinks: boolean;
  /** `memoryBytes` counts the rows that resampling holds. For the others the planner adds `resizerBytes`. */
  readonly countsRows: boolean;
};

/** The encoding that the plan chose. `effort` is the encoder's own scale, from fast to small. */
export type EncodeOrder = { readonly quality: number; readonly effort: number };

/** Upright pictures (opaque where the format has no alpha) -> file bytes. */
export type Encode = (picture: Picture, order: EncodeOrder) => Promise<Uint8Array>;
