/**
 * JPEG in TIFF (Technical Note 2): each strip or tile is a JPEG file, whose tables may stand in JPEGTables. Our JPEG
 * decoder reduces each of them inside the inverse DCT.
 */
import type { DctScale } from "../../../picture.ts";
import type { JpegEngine } from "../../jpeg/decoder/engine.ts";
import type { JpegHeader, JpegModel } from "../../jpeg/decoder/header.ts";
import { readJpeg } from "../../jpeg/decoder/markers.ts";
import { UnsupportedJpeg } from "../../jpeg/decoder/refusal.ts";
import { decodeJpeg } from "../../jpeg/decoder/thumbnail.ts";
import { type Model, unsupported } from "../directory/kinds.ts";
import type { TiffPage } from "../directory/page.ts";
import { readCounter, segmentData, tooComplex } from "./segments.ts";

/** The directory says what the components are, not the JPEG's own markers, as in libtiff. */
const MODELS = {
  ...{ grey: "grey", rgb: "rgb", ycc: "ycbcr", cmyk: "cmyk" },
  ...{ palette: null, lab: null, iccLab: null },
} as const satisfies Record<Model, JpegModel | null>;
const COMPONENTS = { grey: 1, ycbcr: 3, rgb: 3, cmyk: 4, ycck: 4 } as const satisfies Record<JpegModel, number>;
/** The most visits to 8x8 blocks for all segments together, as in image/plan.ts for a JPEG file. */
const MAX_BLOCK_VISITS = 32_000_000;
/** A JPEG covers whole blocks, so a segment may be larger than the directory says. */
const LARGEST_UNIT = 32;

/** Tables for all segments: four of quantisation and eight of Huffman codes have 2 KB. Longer ones are none. */
const MAX_TABLES_BYTES = 65_536;
/** The longest codes take 27 bits for a sample. */
const MAX_SAMPLE_BYTES = 4;

/** The most bytes of a segment that are copied behind the tables. What follows is not read. */
export function jpegSegmentBytes({ segments, samples }: TiffPage): number {
  const { width, height } = segments;
  return MAX_TABLES_BYTES + MAX_SAMPLE_BYTES * samples * (width + LARGEST_UNIT) * (height + LARGEST_UNIT);
}

export type JpegSegment = { readonly file: Uint8Array; readonly header: JpegHeader };

/** Pixels of a segment: RGBA, or inks. `truncated`: part of it is missing. */
export type JpegPixels = {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly truncated: boolean;
};

/** Opens a page's segments one by one. Gives null for one that is not there or not decodable. */
export function openJpegSegments(page: TiffPage, bytes: Uint8Array): (index: number) => JpegSegment | null {
  const model = MODELS[page.model];
  if (model === null || COMPONENTS[model] !== page.samples) throw unsupported(`JPEG of ${page.samples} samples`);
  let visits = 0;
  const countRead = readCounter(bytes.length);
  const { across, down } = page.segments;
  // The only one may have metadata, like a file of its own.
  const most = across * down === 1 ? bytes.length : jpegSegmentBytes(page);
  return (index) => {
    const data = segmentData(page, bytes, index)?.subarray(0, most);
    if (data === undefined) return null;
    countRead(data.length + (page.jpegTables?.length ?? 0));
    const file = withTables(page.jpegTables, data);
    const found = orNull(() => readJpeg(file));
    if (found === null || found.components.length !== COMPONENTS[model]) return null;
    const { width, height, scanCount, progressive } = found;
    if (width > page.segments.width + LARGEST_UNIT || height > page.segments.height + LARGEST_UNIT) return null;
    visits += (progressive ? scanCount : 1) * Math.ceil((width * height) / 64) * COMPONENTS[model];
    if (visits > MAX_BLOCK_VISITS) throw tooComplex(`more than ${MAX_BLOCK_VISITS} blocks in all scans`);
    return { file, header: { ...found, model, inverted: false } };
  };
}

/** Decodes the first `width` x `height` pixels of a segment, reduced. The sides of the result are rounded up. */
export function decodeSegment(
  engine: JpegEngine,
  { file, header }: JpegSegment,
  width: number,
  height: number,
  dctScale: DctScale,
): JpegPixels | null {
  const size = {
    width: Math.ceil((Math.min(width, header.width) * dctScale) / 8),
    height: Math.ceil((Math.min(height, header.height) * dctScale) / 8),
  };
  // A crop of whole samples: then nothing is resampled.
  const crop = { x: 0, y: 0, width: (size.width * 8) / dctScale, height: (size.height * 8) / dctScale };
  return orNull(() => decodeJpeg(engine, file, header, { dctScale, crop, ...size }));
}

/**
 * A scale at which all segments meet at whole samples, at least `wanted`. A strip of 8 rows at an eighth has one row, one of
 * 4 rows would have half of one.
 */
export function segmentScale({ segments }: TiffPage, wanted: DctScale): DctScale {
  const alone = segments.across === 1 ? 8 : segments.width;
  const fits = (scale: DctScale) => (alone * scale) % 8 === 0 && (segments.height * scale) % 8 === 0;
  return ([1, 2, 4] as const).find((scale) => scale >= wanted && fits(scale)) ?? 8;
}

/** Tables: SOI, segments, EOI. They go between the SOI of the data and what follows it. */
function withTables(tables: Uint8Array | null, data: Uint8Array): Uint8Array {
  if (tables === null || tables.length < 4 || tables.length > MAX_TABLES_BYTES) return data;
  const end = tables.length - (tables[tables.length - 2] === 0xff && tables[tables.length - 1] === 0xd9 ? 2 : 0);
  const file = new Uint8Array(end + Math.max(0, data.length - 2));
  file.set(tables.subarray(0, end));
  file.set(data.subarray(2), end);
  return file;
}

/** The result, or null for a segment that is damaged. Throws format_unsupported for a coding that is not decoded. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnsupportedJpeg)) throw error;
    if (error.isUndecodedCoding) throw unsupported(`${error.message} JPEG`);
    return null;
  }
}
