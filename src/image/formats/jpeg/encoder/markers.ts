/** The marker segments around a scan (ITU T.81 annex B, JFIF 1.02). */
import type { CodeTable } from "./huffman.ts";
import { ZIGZAG } from "./quantisers.ts";

export type Headers = {
  readonly width: number;
  readonly height: number;
  /** Luma samples for a sample of chroma, along each side: 2 (4:2:0) or 1 (4:4:4). */
  readonly lumaSide: 1 | 2;
  readonly luma: Uint8Array;
  readonly chroma: Uint8Array;
  /** DC luma, DC chroma, AC luma, AC chroma. */
  readonly codes: readonly [CodeTable, CodeTable, CodeTable, CodeTable];
};

/** Tc and Th of the four tables (B.2.4.2). */
const TABLE_IDS = [0x00, 0x01, 0x10, 0x11] as const;
/** Component, sampling, quantiser of Cb and Cr. */
const CHROMA = [2, 0x11, 1, 3, 0x11, 1] as const;

/** Everything before the scan's data. */
export function headers({ width, height, lumaSide, luma, chroma, codes }: Headers): Uint8Array {
  const zigzag = (table: Uint8Array) => ZIGZAG.map((at) => table[at] ?? 1);
  return Uint8Array.from([
    0xff,
    0xd8,
    // JFIF 1.01, no density, no thumbnail.
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xdb, [0, ...zigzag(luma), 1, ...zigzag(chroma)]),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x11 * lumaSide, 0, ...CHROMA]),
    ...codes.flatMap(({ counts, symbols }, i) => segment(0xc4, [TABLE_IDS[i] ?? 0, ...counts, ...symbols])),
    ...segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
  ]);
}

export const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

function segment(marker: number, body: readonly number[]): number[] {
  const length = body.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...body];
}
