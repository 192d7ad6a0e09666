/**
 * How many pixels a decoder of the heavy Worker has memory for. The figures are measured:
 * docs/inside/decisions/heavy.md.
 */

/** What the isolate of the heavy Worker may hold at once, in bytes. Cloudflare ends one at 128 MB. */
export const ISOLATE_BYTES = 110_000_000;

export type DecoderMemory = {
  /** The Worker and the engine as they start, in bytes. */
  readonly fixed: number;
  /** How many copies of the file there are at once. */
  readonly files: number;
  /** Bytes a pixel, with the 4 of a result of full size. */
  readonly perPixel: number;
};

/** The most pixels of a picture in a file of so many bytes; 0 when the file alone is too much. */
export function pixelsInMemory({ fixed, files, perPixel }: DecoderMemory, fileBytes: number): number {
  return Math.max(0, Math.floor((ISOLATE_BYTES - fixed - files * fileBytes) / perPixel));
}

/** For what Photon decodes: it holds the pixels as they are stored, as RGBA, and once more on their way out. */
export function pixelsInPhoton(storedBytes: number, fileBytes: number): number {
  return pixelsInMemory({ fixed: 22_000_000, files: 2, perPixel: storedBytes + 4 + 4 + 4 }, fileBytes);
}
