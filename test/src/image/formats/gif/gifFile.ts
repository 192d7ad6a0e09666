/** GIF files for tests: a writer that is independent of the reader, and that writes wrong files when asked to. */

/** RGB triples. */
export const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const satisfies Palette;

export type Palette = readonly (readonly [number, number, number])[];

export type FrameOf = {
  readonly left?: number;
  readonly top?: number;
  readonly width: number;
  readonly height: number;
  /** Palette indices row by row; `data` replaces them. */
  readonly indices?: readonly number[];
  /** Minimum code size and sub-blocks, as they stand in the file. */
  readonly data?: readonly number[];
  readonly palette?: Palette;
  readonly interlaced?: boolean;
  /** Blocks that stand before the frame. */
  readonly before?: readonly number[];
};

export type GifOf = {
  readonly width: number;
  readonly height: number;
  /** Null writes a file without a global palette. */
  readonly palette?: Palette | null;
  readonly frames: readonly FrameOf[];
  /** What stands after the last frame; the trailer by default. */
  readonly end?: readonly number[];
};

const u16 = (value: number): number[] => [value & 255, value >> 8];
const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

/** Palettes have 2, 4, 8 … 256 colours. */
const paletteFlags = (palette: Palette) => 0x80 | (Math.log2(palette.length) - 1);

export function gifFile({ width, height, palette = COLOURS, frames, end = [0x3b] }: GifOf): Uint8Array {
  const global = palette === null ? 0 : paletteFlags(palette);
  const head = [...ascii("GIF89a"), ...u16(width), ...u16(height), global, 0, 0, ...(palette ?? []).flat()];
  const parts = [head, ...frames.map(frameBytes), end];
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

function frameBytes({ left = 0, top = 0, width, height, ...frame }: FrameOf): number[] {
  const flags = (frame.palette ? paletteFlags(frame.palette) : 0) | (frame.interlaced ? 0x40 : 0);
  const rows = frame.interlaced ? interlaced(frame.indices ?? [], width, height) : (frame.indices ?? []);
  return [
    ...(frame.before ?? []),
    0x2c,
    ...[left, top, width, height].flatMap(u16),
    flags,
    ...(frame.palette ?? []).flat(),
    ...(frame.data ?? lzwData(rows, 2)),
  ];
}

function interlaced(indices: readonly number[], width: number, height: number): number[] {
  const rows = Array.from({ length: height }, (_, y) => y);
  const passes = [[0], [4], [2, 6], [1, 3, 5, 7]].map((of) => rows.filter((y) => of.includes(y % 8)));
  return passes.flat().flatMap((y) => indices.slice(y * width, (y + 1) * width));
}

/** A graphic control extension. */
export function control(of: { transparent?: number; disposal?: number; hundredths?: number }): number[] {
  const flags = ((of.disposal ?? 0) << 2) | (of.transparent === undefined ? 0 : 1);
  return [0x21, 0xf9, 4, flags, ...u16(of.hundredths ?? 0), of.transparent ?? 0, 0];
}

/** Any other extension with its sub-blocks. */
export function extension(label: number, ...blocks: readonly (string | readonly number[])[]): number[] {
  const bodies = blocks.map((block) => (typeof block === "string" ? ascii(block) : block));
  return [0x21, label, ...bodies.flatMap((body) => [body.length, ...body]), 0];
}

type LzwOptions = {
  /** Start with a clear code, as encoders do. */
  readonly clear?: boolean;
  /** Close with the end code. */
  readonly end?: boolean;
  /** What to do when the table is full: clear it, or go on with it. */
  readonly full?: "clear" | "keep";
};

/** Indices -> minimum code size, sub-blocks and terminator. */
export function lzwData(indices: readonly number[], minBits: number, options: LzwOptions = {}): number[] {
  const { clear = true, end = true, full = "clear" } = options;
  const clearCode = 1 << minBits;
  const codes: Code[] = [];
  let table = new Map<string, number>();
  let next = clearCode + 2;
  let bits = minBits + 1;
  if (clear) codes.push([clearCode, bits]);
  let text = "";
  let code = -1;
  for (const index of indices) {
    const longer = `${text},${index}`;
    const known = text === "" ? index : table.get(longer);
    if (known !== undefined) {
      [text, code] = [longer, known];
      continue;
    }
    codes.push([code, bits]);
    if (next < 4096) {
      table.set(longer, next);
      // The decoder is one entry behind: it can meet `next` with the next code at the latest.
      if (next++ === 1 << bits) bits++;
    } else if (full === "clear") {
      codes.push([clearCode, bits]);
      table = new Map();
      next = clearCode + 2;
      bits = minBits + 1;
    }
    [text, code] = [`,${index}`, index];
  }
  if (code >= 0) codes.push([code, bits]);
  // After the last code the decoder makes one more entry, which can make its codes longer.
  if (code >= 0 && next < 4096 && next === 1 << bits) bits++;
  if (end) codes.push([clearCode + 1, bits]);
  return codeData(minBits, codes);
}

export type Code = readonly [code: number, bits: number];

/** Codes with the bits that each is written in -> minimum code size, sub-blocks and terminator. */
export function codeData(minBits: number, codes: readonly Code[], blockBytes = 255): number[] {
  const bytes: number[] = [];
  let [word, count] = [0, 0];
  for (const [code, bits] of codes) {
    word |= code << count;
    for (count += bits; count >= 8; count -= 8) {
      bytes.push(word & 255);
      word >>>= 8;
    }
  }
  if (count > 0) bytes.push(word & 255);
  return subBlocks(minBits, bytes, blockBytes);
}

export function subBlocks(minBits: number, bytes: readonly number[], blockBytes = 255): number[] {
  const data = [minBits];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.slice(at, at + blockBytes);
    data.push(block.length, ...block);
  }
  return [...data, 0];
}
