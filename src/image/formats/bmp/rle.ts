/**
 * RLE4 and RLE8 (Microsoft, "Bitmap Compression"). The data run from the first stored row to the last, and most files
 * store the bottom row first. So one pass finds where each row begins, and then rows can be decoded in any order.
 * Work: one visit to each code for each pass, and one write for each pixel.
 */
import type { Dib } from "./dib.ts";

export type RleRows = {
  /** False when the data ended before the last row did. */
  readonly complete: boolean;
  /** Pixels inside of the picture that the data cover. */
  readonly covered: number;
  /** Decodes a row, counted in file order. Pixels that the data do not cover become transparent (0), as in browsers. */
  read(row: number, out: Uint32Array): void;
};

/** The codes after a byte 0. All larger values are the length of literal pixels. */
const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const DELTA = 2;

type Code =
  | { readonly kind: "run" | "literal"; readonly count: number; readonly at: number; readonly next: number }
  | { readonly kind: "move"; readonly across: number; readonly down: number; readonly next: number }
  | { readonly kind: "line"; readonly next: number }
  | { readonly kind: "end" }
  | { readonly kind: "cut" };

/** The code at offset `at`. A code that reaches over the end of the data is "cut". */
function codeAt(bytes: Uint8Array, at: number, bits: number): Code {
  if (at + 2 > bytes.length) return { kind: "cut" };
  const [count, value] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
  if (count > 0) return { kind: "run", count, at: at + 1, next: at + 2 };
  if (value === END_OF_LINE) return { kind: "line", next: at + 2 };
  if (value === END_OF_BITMAP) return { kind: "end" };
  if (value === DELTA) {
    if (at + 4 > bytes.length) return { kind: "cut" };
    return { kind: "move", across: bytes[at + 2] ?? 0, down: bytes[at + 3] ?? 0, next: at + 4 };
  }
  const size = Math.ceil((value * bits) / 8);
  if (at + 2 + size > bytes.length) return { kind: "cut" };
  // Literal pixels are padded to an even number of bytes.
  return { kind: "literal", count: value, at: at + 2, next: at + 2 + size + (size & 1) };
}

/** Finds the rows of the bitmap. Pixels beyond the right edge are ignored. */
export function findRleRows(bytes: Uint8Array, { width, height, bits, palette, pixelsAt }: Dib): RleRows {
  /** Offset of the first code of each row, 0 for a row without one, and the column of its first pixel. */
  const starts = new Uint32Array(height);
  const columns = new Uint32Array(height);
  let [x, y, covered] = [0, 0, 0];
  let at = pixelsAt;
  starts[0] = at;
  let code = codeAt(bytes, at, bits);
  for (; y < height && code.kind !== "end" && code.kind !== "cut"; code = codeAt(bytes, at, bits)) {
    at = code.next;
    if (code.kind === "line" || code.kind === "move") {
      x = code.kind === "line" ? 0 : x + code.across;
      const down = code.kind === "line" ? 1 : code.down;
      y += down;
      if (down === 0 || y >= height) continue;
      starts[y] = at;
      columns[y] = Math.min(x, width);
    } else {
      covered += Math.max(0, Math.min(code.count, width - x));
      x += code.count;
    }
  }
  const read = (row: number, out: Uint32Array): void => {
    out.fill(0);
    let to = columns[row] ?? 0;
    for (let next = starts[row] ?? 0; next > 0; ) {
      const code = codeAt(bytes, next, bits);
      if (code.kind === "line" || code.kind === "end" || code.kind === "cut") return;
      next = code.next;
      if (code.kind === "move") {
        if (code.down > 0) return;
        to += code.across;
      } else {
        const end = Math.min(to + code.count, width);
        writeRun(bytes, code.at, code.kind === "literal", bits, palette, out, to, end);
        to += code.count;
      }
    }
  };
  return { complete: code.kind === "end" || y >= height || (y === height - 1 && x >= width), covered, read };
}

function writeRun(
  bytes: Uint8Array,
  at: number,
  literal: boolean,
  bits: number,
  palette: Uint32Array,
  out: Uint32Array,
  from: number,
  end: number,
): void {
  for (let i = 0, to = from; to < end; i++, to++) {
    // A run of 4 bits alternates between the two halves of its byte.
    const half = bits === 4 ? i >> 1 : i;
    const value = bytes[literal ? at + half : at] ?? 0;
    const index = bits === 8 ? value : i & 1 ? value & 15 : value >> 4;
    out[to] = palette[index] ?? 0;
  }
}
