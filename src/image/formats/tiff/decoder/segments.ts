/** The data of strips and tiles, how long their rows are, and the limits on the work that they ask for. */
import { Failure } from "../../../../errors.ts";
import { COLOURS, type TiffPage } from "../directory/page.ts";

/**
 * The most bytes that all strips or tiles of a picture may decode to: 100 megapixels of RGBA with 8 bits. Uncompressed
 * data are limited by the length of the file as well.
 */
export const MAX_DECODED_BYTES = 400_000_000;
/** The most strips or tiles. Each costs some microseconds. 100 megapixels have 24 500 tiles of 64 x 64. */
export const MAX_SEGMENTS = 200_000;
/** A segment of JPEG has tables to build. */
export const MAX_JPEG_SEGMENTS = 16_384;
/** The longest row. A row of 100 000 pixels with four samples of 16 bits has 800 KB. */
const MAX_ROW_BYTES = 8_000_000;

/**
 * The most rows of strips and tiles together. Each costs as much as some hundred pixels. 100 megapixels in tiles of 16 x 16
 * have 6.3 million.
 */
export const MAX_ROWS = 10_000_000;
/**
 * Segments may share data, which are then read once for each of them. In all so many bytes may be read beyond the file's
 * length.
 */
export const MAX_READ_AGAIN = 32 * 1024 * 1024;

/** Rows that are coded together: those of a block of chroma in YCbCr, else one. */
export function unitRows({ subsampling }: TiffPage): number {
  return subsampling[1];
}

/** Bytes of a row (of a unit of rows in YCbCr) of `width` pixels, as coded. */
export function codedRowBytes({ model, bits, samples, planar, subsampling: [h, v] }: TiffPage, width: number): number {
  if (model === "ycc" && h * v > 1) return Math.ceil(width / h) * (h * v + 2);
  return Math.ceil((width * bits * (planar ? 1 : samples)) / 8);
}

/** The samples of a pixel that count: the colours and alpha. */
export function usedSamples({ model, alphaAt }: TiffPage): readonly number[] {
  return [...Array.from({ length: COLOURS[model] }, (_, i) => i), ...(alphaAt < 0 ? [] : [alphaAt])];
}

/** Throws source_too_complex for a picture that asks for more work than a limit. */
export function checkWork(page: TiffPage): void {
  const { height, planar, coding, segments } = page;
  const { across, down } = segments;
  const row = codedRowBytes(page, segments.width);
  const planes = planar ? usedSamples(page).length : 1;
  const count = across * down * planes;
  const most = coding === "jpeg" ? MAX_JPEG_SEGMENTS : MAX_SEGMENTS;
  if (count > most) throw tooComplex(`${count} strips or tiles, the limit is ${most}`);
  if (row > MAX_ROW_BYTES) throw tooComplex(`rows of ${row} bytes, the limit is ${MAX_ROW_BYTES}`);
  const rows = height * across * planes;
  if (rows > MAX_ROWS) throw tooComplex(`${rows} rows in all strips or tiles, the limit is ${MAX_ROWS}`);
  const bytes = Math.ceil(height / unitRows(page)) * row * across * planes;
  if (bytes > MAX_DECODED_BYTES) {
    throw tooComplex(`${Math.ceil(bytes / 1e6)} MB when decoded, the limit is ${MAX_DECODED_BYTES / 1e6} MB`);
  }
}

/** Counts the bytes that are read of a file's segments. Throws source_too_complex when they are too many. */
export function readCounter(fileBytes: number): (bytes: number) => void {
  const most = fileBytes + MAX_READ_AGAIN;
  let read = 0;
  return (bytes) => {
    read += bytes;
    if (read > most) throw tooComplex(`strips or tiles that share data and read more than ${most} bytes`);
  };
}

export function tooComplex(why: string): Failure {
  return new Failure("source_too_complex", { why });
}

/**
 * The data of a strip or tile, cut at the end of the file; null when the file has none. A stated length of 0 with an
 * offset is an error of the writer: the data then run to the end of the file, like data whose length is not stated.
 * The length of uncompressed data follows from the picture, so the stated one is not needed.
 */
export function segmentData(page: TiffPage, bytes: Uint8Array, index: number): Uint8Array | null {
  const { segments, coding } = page;
  const { offsets, lengths } = segments;
  const at = offsets.get(index);
  if (at === 0 || at >= bytes.length) return null;
  const stated = coding === "none" ? uncompressedBytes(page) : (lengths?.get(index) ?? 0);
  return bytes.subarray(at, stated === 0 ? bytes.length : Math.min(bytes.length, at + stated));
}

/** The most that a segment has: the last one of a picture may have fewer rows. */
function uncompressedBytes(page: TiffPage): number {
  const { segments, height } = page;
  return Math.ceil(Math.min(segments.height, height) / unitRows(page)) * codedRowBytes(page, segments.width);
}
