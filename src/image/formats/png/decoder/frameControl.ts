/** The frames of an animated PNG (third edition, section 11.3.6): their control chunks and their data. */
import type { Disposal } from "../../../animation/canvas.ts";
import { shownDelay } from "../../../animation/frames.ts";
import type { Rect } from "../../../picture.ts";
import { createReader, type Reader } from "../../byteReader.ts";
import { pngChunks } from "./chunks.ts";

/** What a chunk fcTL says. `delayMs`: as browsers show it. */
export type FrameControl = Rect & {
  readonly delayMs: number;
  readonly disposal: Disposal;
  /** The frame is laid over the canvas; else it replaces what is there. */
  readonly over: boolean;
};

const FCTL_BYTES = 26;
const DISPOSALS = ["keep", "background", "previous"] as const satisfies readonly Disposal[];
/** A denominator of 0 stands for this. */
const HUNDREDTHS = 100;
/** A sequence number stands before a frame's data. */
const SEQUENCE_BYTES = 4;

/** The data of a chunk fcTL, or null when its length or a value is wrong. */
export function frameControl(read: Reader, at: number, length: number): FrameControl | null {
  if (length !== FCTL_BYTES || at + FCTL_BYTES > read.length) return null;
  const [width, height] = [read.u32(at + 4), read.u32(at + 8)];
  const disposal = DISPOSALS[read.u8(at + 24)];
  if (width === 0 || height === 0 || disposal === undefined) return null;
  const delayMs = shownDelay((1000 * read.u16(at + 20)) / (read.u16(at + 22) || HUNDREDTHS));
  const place = { left: read.u32(at + 12), top: read.u32(at + 16), width, height };
  return { ...place, delayMs: Math.round(delayMs), disposal, over: read.u8(at + 25) === 1 };
}

export type PngFrame = { readonly control: FrameControl | null; readonly pieces: Iterable<Uint8Array> };

/**
 * The frames in file order, each with the pieces of its zlib stream. The default image is one of them only if a control
 * chunk stands before it. Pieces are found one by one, because a file can have millions of them.
 */
export function* pngFrames(bytes: Uint8Array): Generator<PngFrame> {
  const read = createReader(bytes, false);
  let isDefault = true;
  for (const { tag, at, length } of pngChunks(read)) {
    if (tag === "IDAT") isDefault = false;
    if (tag !== "fcTL") continue;
    yield { control: frameControl(read, at, length), pieces: framePieces(read, at + length + 4, isDefault) };
  }
}

/** The data behind a control chunk, up to the next one. */
function* framePieces(read: Reader, from: number, isDefault: boolean): Generator<Uint8Array> {
  for (const { tag, at, length } of pngChunks(read, from)) {
    if (tag === "fcTL") return;
    if (isDefault && tag === "IDAT" && length > 0) yield read.slice(at, length);
    if (!isDefault && tag === "fdAT" && length > SEQUENCE_BYTES)
      yield read.slice(at + SEQUENCE_BYTES, length - SEQUENCE_BYTES);
  }
}
