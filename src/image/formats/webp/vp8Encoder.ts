/** Driver of the module for lossy WebP (assembly/encoder): pixels to a VP8 key frame. */
import type { Pixels } from "../../picture.ts";

/** A module's variable, as its author types it. */
type Global = { readonly value: number };

/** What assembly/encoder/index.ts exports. Addresses and sizes are bytes in the module's memory. */
export type Vp8Exports = {
  readonly memory: WebAssembly.Memory;
  readonly strip: Global;
  readonly frame: Global;
  readonly firstPartition: Global;
  start(width: number, height: number): number;
  stripStride(): number;
  addStrip(y: number, alpha: boolean): void;
  encode(quality: number, filter: boolean): number;
};

/** Why the encoder does not take a picture that another encoder may take. */
export type EncoderRefusalReason = "picture_too_large" | "first_partition_too_large" | "out_of_memory";

export class EncoderRefusal extends Error {
  readonly reason: EncoderRefusalReason;

  constructor(reason: EncoderRefusalReason, message: string) {
    super(message);
    this.name = "EncoderRefusal";
    this.reason = reason;
  }
}

/** A side has 14 bits in the frame header (RFC 6386, 9.1). */
export const MAX_SIDE = 16_383;
/** The first partition's length has 19 bits. */
const MAX_FIRST_PARTITION = 2 ** 19 - 1;
const STRIP_ROWS = 16;
/** What `encode` gives when it cannot. */
const FIRST_PARTITION_TOO_LARGE = -2;
/** Frame tag, start code and sizes (9.1). */
const FRAME_HEADER_BYTES = 10;
/** Flag of a frame that is to be shown; key frame and profile 0 are zeros. */
const SHOWN = 0x10;

/** `filter` false switches the loop filter off, so that a decoder's planes are the encoder's. */
export type FrameSettings = { readonly quality: number; readonly filter: boolean };

/**
 * Pixels -> the VP8 frame of a `VP8 ` chunk (RFC 9649, 2.5). `quality` 1..100 as libwebp means it.
 * Throws EncoderRefusal.
 */
export function encodeFrame(encoder: Vp8Exports, pixels: Pixels, { quality, filter }: FrameSettings): Uint8Array {
  const { width, height } = pixels;
  if (Math.max(width, height) > MAX_SIDE) {
    throw new EncoderRefusal("picture_too_large", `${width}x${height} is over the limit of ${MAX_SIDE} a side`);
  }
  if (encoder.start(width, height) === 0) throw outOfMemory(pixels);
  for (let y = 0; y < height; y += STRIP_ROWS) {
    putStrip(encoder, pixels, y);
    encoder.addStrip(y / STRIP_ROWS, pixels.alpha);
  }
  const length = encoder.encode(Math.round(quality), filter);
  if (length === FIRST_PARTITION_TOO_LARGE) {
    throw new EncoderRefusal(
      "first_partition_too_large",
      `the modes of ${width}x${height} take more than the limit of ${MAX_FIRST_PARTITION} bytes`,
    );
  }
  if (length < 0) throw outOfMemory(pixels);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
  const view = new DataView(frame.buffer);
  const tag = SHOWN | (encoder.firstPartition.value << 5);
  view.setUint16(0, tag & 0xffff, true);
  view.setUint8(2, tag >>> 16);
  frame.set([0x9d, 0x01, 0x2a], 3);
  view.setUint16(6, width, true);
  view.setUint16(8, height, true);
  frame.set(new Uint8Array(encoder.memory.buffer, encoder.frame.value, length), FRAME_HEADER_BYTES);
  return frame;
}

function outOfMemory({ width, height }: Pixels): EncoderRefusal {
  return new EncoderRefusal("out_of_memory", `no memory to encode ${width}x${height}`);
}

function putStrip(encoder: Vp8Exports, { width, height, data }: Pixels, top: number): void {
  const stride = encoder.stripStride();
  const row = width * 4;
  const rows = Math.min(STRIP_ROWS, height - top);
  const strip = new Uint8Array(encoder.memory.buffer, encoder.strip.value, STRIP_ROWS * stride);
  for (let y = 0; y < rows; y++) strip.set(data.subarray((top + y) * row, (top + y + 1) * row), y * stride);
}
