/**
 * Animated WebP (RFC 9649 2.7.1): of each frame only the rectangle that changes, in our own encoder of lossy WebP. A frame
 * that changes nothing makes the frame before it longer.
 */
import type { AnimationEncoder, AnimationOrder } from "../../../animation/frames.ts";
import type { EncodeOrder, Pixels, Rect } from "../../../picture.ts";
import { ALPHA_FLAG, ANIMATION_FLAG, type Chunk, extendedHeader, hasAlpha, riff, stillFile } from "../container.ts";
import { encodeFrameChunks } from "../encode.ts";
import { changedRect, clearRect, copyRect, evenRect, toleranceOf } from "./changes.ts";
import { animationChunk, frameChunk, MAX_DURATION_MS } from "./chunks.ts";
import { changedBlocks, findHoles, type Holes } from "./holes.ts";

/** A frame that is encoded. Its end is written when the next one is known. */
type Encoded = {
  readonly rect: Rect;
  readonly chunks: readonly Chunk[];
  durationMs: number;
  /** It is laid over what is there; else it replaces that. */
  readonly blends: boolean;
  /** The canvas gets transparent in its rectangle when it ends. */
  clears: boolean;
};

/**
 * So much better is the first frame. What does not move is seen in all frames as the first one shows it: at equal SSIM a still
 * background takes 5 % fewer bytes than with one quality for all frames.
 */
const FIRST_BETTER = 5;

/** Starts an animation of frames of this size. Its methods throw EncoderRefusal for what our encoder does not take. */
export function startAnimation(order: AnimationOrder): AnimationEncoder {
  const { width, height, plays } = order;
  const size = { width, height };
  const whole = { left: 0, top: 0, ...size };
  const tolerance = toleranceOf(order.quality);
  /** What a viewer sees, as it was before it was encoded: differences from frame to frame do not add up. */
  let shown = new Uint32Array(width * height);
  const frames: Encoded[] = [];

  const encode = async (pixels: Uint32Array, alpha: boolean, rect: Rect, durationMs: number) => {
    const holes = frames.length === 0 ? null : findHoles(shown, pixels, rect, width, tolerance);
    const cut = cutOut(pixels, rect, width, alpha);
    const quality = frames.length === 0 ? Math.min(100, order.quality + FIRST_BETTER) : order.quality;
    const settings: EncodeOrder = { quality, effort: order.effort };
    const chunks = await encodeFrameChunks(holes === null ? cut : withHoles(cut, rect, holes), settings);
    for (const part of holes === null ? [rect] : changedBlocks(rect, holes)) copyRect(pixels, shown, part, width);
    frames.push({ rect, chunks, durationMs, blends: holes !== null, clears: false });
  };

  return {
    async add({ data, alpha }, delayMs) {
      const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
      const last = frames.at(-1);
      if (last === undefined) return encode(pixels, alpha, whole, delayMs);
      const changed = changedRect(shown, pixels, size, tolerance);
      if (changed === null) {
        if (last.durationMs + delayMs <= MAX_DURATION_MS) last.durationMs += delayMs;
        else await encode(pixels, alpha, evenRect({ left: 0, top: 0, width: 1, height: 1 }, size), delayMs);
        return;
      }
      const kept = evenRect(changed, size);
      // Where the frame before becomes transparent, it may be cheaper to take it away as a whole.
      const cleared = alpha ? withoutRect(shown, last.rect, width) : null;
      const rest = cleared && changedRect(cleared, pixels, size, tolerance);
      const after = rest === null ? null : evenRect(rest, size);
      if (cleared !== null && after !== null && areaOf(after) < areaOf(kept)) {
        last.clears = true;
        shown = cleared;
        return encode(pixels, alpha, after, delayMs);
      }
      return encode(pixels, alpha, kept, delayMs);
    },
    async finish() {
      const [first] = frames;
      if (first === undefined) throw new Error("an animation without frames");
      // Nothing moves: the still that a request for a still gets.
      if (frames.length === 1) {
        const pixels = { ...size, data: new Uint8Array(shown.buffer), alpha: hasAlpha(first.chunks) };
        return stillFile(size, await encodeFrameChunks(pixels, order));
      }
      const flags = ANIMATION_FLAG | (frames.some(({ chunks }) => hasAlpha(chunks)) ? ALPHA_FLAG : 0);
      return riff([
        { tag: "VP8X", data: extendedHeader(size, flags) },
        animationChunk(plays),
        ...frames.map(frameChunk),
      ]);
    },
  };
}

/** The holes are transparent. Their colours do not matter. */
function withHoles({ width, height, data }: Pixels, rect: Rect, holes: Holes): Pixels {
  const [from, words] = [new Uint32Array(data.buffer), new Uint32Array(width * height)];
  for (const { left, top, ...size } of changedBlocks(rect, holes)) {
    copyRect(from, words, { left: left - rect.left, top: top - rect.top, ...size }, width);
  }
  return { width, height, data: new Uint8Array(words.buffer), alpha: true };
}

function areaOf({ width, height }: Rect): number {
  return width * height;
}

function withoutRect(pixels: Uint32Array<ArrayBuffer>, rect: Rect, width: number): Uint32Array<ArrayBuffer> {
  const copy = pixels.slice();
  clearRect(copy, rect, width);
  return copy;
}

/** The pixels of a rectangle, in an array of their own. */
function cutOut(pixels: Uint32Array, { left, top, width, height }: Rect, stride: number, alpha: boolean): Pixels {
  const words = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * stride + left;
    words.set(pixels.subarray(from, from + width), y * width);
  }
  return { width, height, data: new Uint8Array(words.buffer), alpha };
}
