/** The chunks of an animation (RFC 9649 2.7.1.1). */
import type { Rect } from "../../../picture.ts";
import { type Chunk, chunkBytes, putChunks } from "../container.ts";

/** A frame's duration has 24 bits. */
export const MAX_DURATION_MS = 0xff_ffff;
/** The number of plays has 16 bits. */
const MAX_PLAYS = 0xffff;
const ANIM_BYTES = 6;
/** Left, top, width, height, duration, 24 bits each, and flags. */
const FRAME_HEADER_BYTES = 16;
/** Flags: the frame replaces what is below it, alpha too; it is taken away when it ends. */
export const NO_BLENDING = 2;
export const DISPOSE = 1;

/** ANIM: the canvas is transparent, and the animation is shown `plays` times, 0 = without end. */
export function animationChunk(plays: number): Chunk {
  const data = new Uint8Array(ANIM_BYTES);
  new DataView(data.buffer).setUint16(4, Math.min(plays, MAX_PLAYS), true);
  return { tag: "ANIM", data };
}

/**
 * ANMF: a picture's chunks at a place of the canvas, with even `left` and `top`. `blends`: they are laid over what is there;
 * else they replace it. `clears`: the place becomes transparent when the frame ends.
 */
export function frameChunk(frame: {
  readonly rect: Rect;
  readonly chunks: readonly Chunk[];
  readonly durationMs: number;
  readonly clears: boolean;
  readonly blends: boolean;
}): Chunk {
  const { rect, chunks, durationMs, clears, blends } = frame;
  const data = new Uint8Array(FRAME_HEADER_BYTES + chunkBytes(chunks));
  const numbers = [rect.left / 2, rect.top / 2, rect.width - 1, rect.height - 1, durationMs];
  for (const [at, value] of numbers.entries()) {
    data.set([value & 255, (value >>> 8) & 255, (value >>> 16) & 255], 3 * at);
  }
  data[15] = (blends ? 0 : NO_BLENDING) | (clears ? DISPOSE : 0);
  putChunks(data, FRAME_HEADER_BYTES, chunks);
  return { tag: "ANMF", data };
}
