/**
 * TIFF by strips or tiles: their rows are decoded and given to the resampler in batches, so that memory follows the width
 * and not the picture. Of a pyramid the smallest level that suffices is read.
 */

import { inksToRgba } from "../../colour/inks.ts";
import { labToRgba } from "../../colour/lab.ts";
import type { Tones } from "../../colour/tones.ts";
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import type { Source } from "../../header.ts";
import { type Decode, type DecodeCost, type Pixels, stillPicture, type View } from "../../picture.ts";
import { createResizer } from "../../resize/resizer.ts";
import { damaged } from "../byteReader.ts";
import { chooseEntry, viewOn } from "../ico/choose.ts";
import { dctScale } from "../jpeg/decoder/scale.ts";
import { MAX_STORE_BYTES } from "../jpeg/decoder/store.ts";
import { type Drawn, drawBands } from "./decoder/bands.ts";
import { codedRowsBytes, openCodedRows } from "./decoder/codedRows.ts";
import { faxRowsBytes, isFax, openFaxRows } from "./decoder/fax.ts";
import { drawJpeg } from "./decoder/jpegBands.ts";
import { jpegSegmentBytes, segmentScale } from "./decoder/jpegSegments.ts";
import { pageTones } from "./decoder/pageTones.ts";
import { usedSamples } from "./decoder/segments.ts";
import type { TiffPage } from "./directory/page.ts";

/** Levels of a pyramid are rounded down at each halving, so their shapes differ from the first page's by some pixels. */
const SHAPE_PIXELS = 2;
/** Windows of the modules, tables. */
const CONSTANT_BYTES = 700_000;
/** Windows, and rings of rows of the reduced picture. */
const JPEG_BYTES = 2_000_000;
const JPEG_ROWS = 32;

/** The words for pixels that a file does not have: transparent, grey, or half of the black ink. */
const MISSING = { transparent: 0, grey: 0xff808080 | 0, inks: 0x80000000 | 0 } as const;

/** The level that is read for a view of the first page, and the view on it. */
function levelFor(source: Source, view: View): { page: TiffPage; view: View } | null {
  const levels = source.tiff ?? [];
  const level = chooseEntry(levels, source, view, SHAPE_PIXELS) ?? levels[0];
  return level === undefined ? null : { page: level.page, view: viewOn(view, source, level) };
}

/** Peak bytes: the file, and beside rows a band of tiles, the samples of all planes of a band, or a JPEG segment. */
export function tiffMemory({ source, view, fileBytes }: DecodeCost): number {
  const level = levelFor(source, view);
  if (level === null) return Number.POSITIVE_INFINITY;
  const { page } = level;
  const { segments, width } = page;
  const rows = Math.min(segments.height, page.height);
  const base = CONSTANT_BYTES + fileBytes;
  if (page.coding === "jpeg" || page.coding === "oldJpeg") {
    const wanted = dctScale(level.view);
    // Of a progressive JPEG the coefficients of a segment are kept, 2 bytes each.
    const store = Math.min(MAX_STORE_BYTES, 2 * page.samples * segments.width * rows);
    // The data of a segment are copied behind its tables.
    const copy = page.jpegTables === null ? 0 : fileBytes;
    if (segments.across * segments.down === 1) return base + copy + store + JPEG_BYTES + JPEG_ROWS * width * wanted;
    const scale = segmentScale(page, wanted);
    const pixels = (rows * (width + segments.width) * scale ** 2) / 64;
    const cut = page.jpegTables === null ? 0 : Math.min(fileBytes, jpegSegmentBytes(page));
    return base + cut + store + JPEG_BYTES + JPEG_ROWS * segments.width * scale + 4 * pixels;
  }
  // A row and what stands for a missing one; of fax also the changes of two rows.
  const coded = base + 8 * width + (isFax(page) ? faxRowsBytes(segments.width) : codedRowsBytes(page, segments.width));
  if (page.planar) return coded + 4 * width + usedSamples(page).length * width * rows;
  return coded + (segments.tiled ? 4 * width * rows : 0);
}

/**
 * TIFF bytes -> the view's picture. Parts that the file does not have or that are damaged are transparent when the
 * picture has alpha, else grey; `truncated` is true then. Throws image_damaged when not one row of it can be decoded,
 * format_unsupported for a kind of JPEG that is not decoded, source_too_complex.
 */
export const decodeTiff: Decode = async (bytes, source, order, clock) => {
  const level = levelFor(source, order.view);
  if (level === null) throw new UnsupportedByDecoder("no TIFF directory was read");
  const { page, view } = level;
  const cmyk = page.model === "cmyk";
  const missing = page.alphaAt >= 0 ? MISSING.transparent : cmyk ? MISSING.inks : MISSING.grey;
  const jpeg = page.coding === "jpeg" || page.coding === "oldJpeg";
  const deep = await pageTones(page, source);
  const drawn = jpeg
    ? await drawJpeg(page, bytes, view, dctScale(view), missing)
    : await drawRows(page, bytes, view, missing, deep?.tones ?? null);
  const { result, pixels, complete } = drawn;
  if (pixels === 0) throw damaged("no row of it can be decoded");
  if (cmyk) inksToRgba(result.data, false, source.icc);
  else if (page.model === "lab" || page.model === "iccLab") labToRgba(result.data);
  else if (jpeg && page.inverted) invert(result.data);
  clock.lap("decode");
  const colour = deep === null ? {} : { convert: deep.rest };
  return { picture: stillPicture(result), truncated: !complete, ...colour };
};

async function drawRows(
  page: TiffPage,
  bytes: Uint8Array,
  view: View,
  missing: number,
  tones: Tones | null,
): Promise<Drawn & { readonly result: Pixels }> {
  const resizer = await createResizer(view, page.alphaAt >= 0);
  const readSegment = isFax(page)
    ? openFaxRows(page, bytes.length)
    : await openCodedRows(page, page.segments.width, bytes.length, tones);
  const toned = tones !== null;
  const drawn = drawBands({ page, bytes, readSegment, bounds: view.bounds, resizer, missing, toned });
  return { ...drawn, result: resizer.finish() };
}

/** Grey samples that are light when they are low. */
function invert(data: Uint8Array): void {
  for (let i = 0; i < data.length; i++) if ((i & 3) !== 3) data[i] = 255 - (data[i] ?? 0);
}
