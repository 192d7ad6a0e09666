/**
 * The strips or tiles of a page to the resampler: strips row by row, tiles and planes a band at a time. What the view
 * does not need is not decoded.
 */
import type { View } from "../../../picture.ts";
import type { RowResizer } from "../../../resize/rowResizer.ts";
import type { TiffPage } from "../directory/page.ts";
import type { Batch, ReadSegment } from "./reader.ts";
import { colouring, rowConverter, unpacker } from "./samples.ts";
import { segmentData, unitRows, usedSamples } from "./segments.ts";
import { yccRows } from "./ycc.ts";

/** What came of the segments: the pixels that were decoded, and whether all that were needed are among them. */
export type Drawn = { readonly pixels: number; readonly complete: boolean };

/** The order: the page's file, the reader of its segments, the view on it, and where rows go. */
export type BandOrder = {
  readonly page: TiffPage;
  readonly bytes: Uint8Array;
  readonly readSegment: ReadSegment;
  readonly bounds: View["bounds"];
  readonly resizer: RowResizer;
  /** The word for pixels that the file does not have. */
  readonly missing: number;
  /** The samples come as the reader's tables of tones make them. */
  readonly toned: boolean;
};

/** Pushes every row of the page, or as many as the view needs. */
export function drawBands(order: BandOrder): Drawn {
  const { page, bounds, resizer, missing } = order;
  const { width, height, segments } = page;
  const blank = new Uint8Array(new Uint32Array(width).fill(missing).buffer);
  const draw = page.planar ? planarBands(order) : segments.tiled ? tiledBands(order) : stripRows(order, blank);
  let [pixels, complete] = [0, true];
  for (let band = 0; band < segments.down && !resizer.done; band++) {
    const top = band * segments.height;
    const rows = Math.min(segments.height, height - top);
    if (top + rows <= bounds.top || top >= bounds.top + bounds.height) {
      resizer.push(blank, 0, rows);
      continue;
    }
    const drawn = draw(band, rows);
    pixels += drawn.pixels;
    complete &&= drawn.complete;
  }
  return { pixels, complete };
}

/** Pushes a band of `rows` rows. */
type DrawBand = (band: number, rows: number) => Drawn;

function stripRows({ page, bytes, readSegment, resizer, toned }: BandOrder, blank: Uint8Array): DrawBand {
  const { width } = page;
  const unit = unitRows(page);
  const convert = rowConverter(page, toned);
  const words = new Uint32Array(width);
  const row = new Uint8Array(words.buffer);
  return (band, rows) => {
    const data = segmentData(page, bytes, band);
    let made = 0;
    const onBatch = ({ data, offset, stride, count }: Batch) => {
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < unit && made < rows; k++, made++) {
          convert(data, offset + i * stride, width, words, 0, k);
          resizer.push(row, row.length, 1);
        }
      }
      return !resizer.done;
    };
    const complete = data !== null && readSegment(data, Math.ceil(rows / unit), onBatch);
    resizer.push(blank, 0, rows - made);
    return { pixels: made * width, complete };
  };
}

function tiledBands({ page, bytes, readSegment, bounds, resizer, missing, toned }: BandOrder): DrawBand {
  const { width, segments } = page;
  const unit = unitRows(page);
  const convert = rowConverter(page, toned);
  const words = new Uint32Array(width * Math.min(segments.height, page.height));
  return (band, rows) => {
    words.fill(missing);
    let [pixels, complete] = [0, true];
    for (let column = 0; column < segments.across; column++) {
      const left = column * segments.width;
      const across = Math.min(segments.width, width - left);
      if (left + across <= bounds.left || left >= bounds.left + bounds.width) continue;
      const data = segmentData(page, bytes, band * segments.across + column);
      let made = 0;
      const onBatch = ({ data, offset, stride, count }: Batch) => {
        for (let i = 0; i < count; i++) {
          const at = offset + i * stride;
          for (let k = 0; k < unit && made < rows; k++, made++) {
            convert(data, at, across, words, made * width + left, k);
          }
        }
        return true;
      };
      const whole = data !== null && readSegment(data, Math.ceil(rows / unit), onBatch);
      pixels += made * across;
      complete &&= whole;
    }
    resizer.push(new Uint8Array(words.buffer), 4 * width, rows);
    return { pixels, complete };
  };
}

/** Planes, in strips or tiles: the samples that count are put beside each other, as bytes. */
function planarBands({ page, bytes, readSegment, bounds, resizer, missing, toned }: BandOrder): DrawBand {
  const { width, segments } = page;
  const used = usedSamples(page);
  const samples = used.length;
  const bandRows = Math.min(segments.height, page.height);
  const bytesOfBand = new Uint8Array(width * bandRows * samples);
  const unpack = unpacker(page);
  // Planes of YCbCr are not subsampled, so a block is a pixel.
  const inOrder = { ...page, samples, alphaAt: page.alphaAt < 0 ? -1 : samples - 1 };
  const colour = page.model === "ycc" ? yccRows(page) : colouring(inOrder, toned);
  const words = new Uint32Array(width);
  return (band, rows) => {
    // A pixel without one of its samples is missing.
    const made = Array.from({ length: segments.across }, () => rows);
    for (const [place, plane] of used.entries()) {
      for (let column = 0; column < segments.across; column++) {
        const left = column * segments.width;
        const across = Math.min(segments.width, width - left);
        if (left + across <= bounds.left || left >= bounds.left + bounds.width) continue;
        const data = segmentData(page, bytes, (plane * segments.down + band) * segments.across + column);
        let y = 0;
        const onBatch = ({ data, offset, stride, count }: Batch) => {
          for (let i = 0; i < count; i++, y++) {
            unpack(data, offset + i * stride, across, bytesOfBand, (y * width + left) * samples + place, samples);
          }
          return true;
        };
        if (data !== null) readSegment(data, rows, onBatch, plane);
        made[column] = Math.min(made[column] ?? 0, y);
      }
    }
    let pixels = 0;
    for (let y = 0; y < rows; y++) {
      words.fill(missing);
      for (let column = 0; column < segments.across; column++) {
        if (y >= (made[column] ?? 0)) continue;
        const left = column * segments.width;
        const across = Math.min(segments.width, width - left);
        colour(bytesOfBand, (y * width + left) * samples, across, words, left, 0);
        pixels += across;
      }
      resizer.push(new Uint8Array(words.buffer), 4 * width, 1);
    }
    return { pixels, complete: made.every((count) => count === rows) };
  };
}
