/**
 * The header of a JPEG XL codestream (ISO/IEC 18181-1:2022 annex D), alone or in its container (18181-2). Its bits are read
 * from the lowest of each byte on.
 */
import { Failure } from "../../../errors.ts";
import type { Source } from "../../header.ts";
import { boxesIn, boxReader } from "../avif/boxes.ts";
import { damaged } from "../byteReader.ts";
import { pixelsInMemory } from "../heavyMemory.ts";
import { still } from "../still.ts";

/** Enough for the fields that are read. */
const HEAD_BYTES = 256;
/** Each further channel is one more plane in memory. One is alpha. */
const MAX_EXTRA_CHANNELS = 2;
/** Sides of these ratios need no width. */
const RATIOS = [1, 1, 1.2, 4 / 3, 1.5, 16 / 9, 1.25, 2] as const;

/** JPEG XL bytes -> Source. Sides are those of the upright picture: the decoder turns it. Throws Failure. */
export function jxlHeader(bytes: Uint8Array): Source {
  const bits = new Bits(codestream(bytes));
  if (bits.read(16) !== 0x0aff) throw damaged("it has no codestream");
  const size = readSize(bits);
  const { orientation, extraChannels, depth, moves } = readMetadata(bits);
  if (extraChannels > MAX_EXTRA_CHANNELS) {
    throw new Failure("format_unsupported", { value: `JPEG XL with ${extraChannels} extra channels` });
  }
  const [width, height] = orientation >= 5 ? [size.height, size.width] : [size.width, size.height];
  const source = still("jxl", width, height, { alpha: extraChannels > 0, colour: "rgb" });
  return { ...source, depth, moves, mostPixels: mostPixels(extraChannels, bytes.length) };
}

/** The beginning of the codestream: the file itself, or the box that holds it or its first part. */
function codestream(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff) return bytes.subarray(0, HEAD_BYTES);
  const boxes = boxesIn(boxReader(bytes), 0, bytes.length);
  const box = boxes.find(({ type }) => type === "jxlc" || type === "jxlp");
  if (box === undefined) throw damaged("its container has no codestream");
  // A part begins with its number.
  const from = box.type === "jxlp" ? box.from + 4 : box.from;
  return bytes.subarray(from, Math.min(box.to, from + HEAD_BYTES));
}

class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** An unsigned number of up to 30 bits. Throws image_damaged at the end. */
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw damaged("its header is cut");
      value += ((byte >> (this.#at & 7)) & 1) * 2 ** i;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  /** Two bits choose a constant, or a number of so many bits that is added to it. */
  choose(...ways: readonly (readonly [constant: number, bits: number])[]): number {
    const [constant = 0, bits = 0] = ways[this.read(2)] ?? [];
    return constant + this.read(bits);
  }
}

const side = (bits: Bits) => bits.choose([1, 9], [1, 13], [1, 18], [1, 30]);

/** Table D.2. */
function readSize(bits: Bits): { readonly width: number; readonly height: number } {
  const isSmall = bits.flag();
  const one = () => (isSmall ? 8 * (1 + bits.read(5)) : side(bits));
  const height = one();
  const ratio = bits.read(3);
  return { width: ratio === 0 ? one() : Math.floor(height * (RATIOS[ratio] ?? 1)), height };
}

/** Table D.5, up to the number of extra channels. */
function readMetadata(bits: Bits): {
  readonly orientation: number;
  readonly extraChannels: number;
  readonly depth: number;
  readonly moves: boolean;
} {
  if (bits.flag()) return { orientation: 1, extraChannels: 0, depth: 8, moves: false };
  let [orientation, moves] = [1, false];
  if (bits.flag()) {
    orientation = 1 + bits.read(3);
    if (bits.flag()) readSize(bits);
    if (bits.flag()) readPreview(bits);
    moves = bits.flag();
    if (moves) readAnimation(bits);
  }
  const isFloat = bits.flag();
  const depth = isFloat
    ? bits.choose([32, 0], [16, 0], [24, 0], [1, 6])
    : bits.choose([8, 0], [10, 0], [12, 0], [1, 6]);
  if (isFloat) bits.read(4);
  bits.read(1);
  return { orientation, extraChannels: bits.choose([0, 0], [1, 0], [2, 4], [1, 12]), depth, moves };
}

function readPreview(bits: Bits): void {
  const isSmall = bits.flag();
  const one = () =>
    isSmall ? bits.choose([16, 0], [32, 0], [1, 5], [33, 9]) : bits.choose([1, 6], [65, 8], [321, 10], [1345, 12]);
  one();
  if (bits.read(3) === 0) one();
}

function readAnimation(bits: Bits): void {
  bits.choose([100, 0], [1000, 0], [1, 10], [1, 30]);
  bits.choose([1, 0], [1001, 0], [1, 8], [1, 10]);
  bits.choose([0, 0], [0, 3], [0, 16], [0, 32]);
  bits.read(1);
}

/** The engine as it starts, and each plane of a pixel, in bytes. */
const FIXED_BYTES = 13_000_000;
const PLANE_BYTES = 8.5;
/** The pixels once more, as PNG. */
const COPY_BYTES = 2;

/** As measured with jxl-oxide-wasm 0.12.5. */
function mostPixels(extraChannels: number, fileBytes: number): number {
  const perPixel = PLANE_BYTES * (3 + extraChannels) + COPY_BYTES;
  return pixelsInMemory({ fixed: FIXED_BYTES, files: 2, perPixel }, fileBytes);
}
