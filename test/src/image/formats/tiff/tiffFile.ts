/** Writes TIFF files of every kind that the reader knows, and broken ones; sharp writes only some of them. */
import { deflateSync } from "node:zlib";
import { faxData } from "./faxData.ts";
import { floatRow } from "./floatRow.ts";
import { lzwData, packBits, reversed, subsampledRows } from "./packing.ts";

export type TiffOf = {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly samples: number;
  readonly photometric: number;
  /** A sample of a pixel, as stored. */
  readonly sample: (x: number, y: number, channel: number) => number;
  /** Big-endian if false. */
  readonly little?: boolean;
  readonly big?: boolean;
  readonly compression?: number;
  /** LZW of the older form. */
  readonly oldLzw?: boolean;
  /** T4Options: 1 two dimensions, 4 EOLs end at bytes. */
  readonly faxOptions?: number;
  /** Differences of samples; 3: differences of the bytes of floating point. */
  readonly predictor?: boolean | 3;
  /** Samples are stored as floating point. */
  readonly float?: boolean;
  readonly planar?: boolean;
  readonly reverse?: boolean;
  readonly rowsPerStrip?: number;
  readonly tile?: readonly [width: number, height: number];
  /** Luma samples for a sample of chroma, across and down. */
  readonly subsampling?: readonly [number, number];
  /** Data of each strip or tile, in place of coded samples. */
  readonly segments?: readonly Uint8Array[];
  /** More fields, or others in place of those that follow from the above. Null leaves a field out. */
  readonly fields?: Readonly<Record<number, FieldOf | null>>;
  /** The directory that follows. */
  readonly next?: TiffOf;
  readonly subDirectories?: readonly TiffOf[];
  /** The directory stands before the data, so that a cut file still has it. */
  readonly directoryFirst?: boolean;
};

/** Numbers are SHORT if all fit, else LONG. Bytes are UNDEFINED. */
export type FieldOf = readonly number[] | Uint8Array;

/** The file. */
export function tiffFile(picture: TiffOf): Uint8Array {
  const { little = true, big = false } = picture;
  const out = new Writer(little, big);
  out.bytes(little ? [0x49, 0x49] : [0x4d, 0x4d]);
  out.number(big ? 43 : 42, 2);
  if (big) {
    out.number(8, 2);
    out.number(0, 2);
  }
  const first = out.hole();
  out.fill(first, writeDirectory(out, picture));
  return out.whole();
}

class Writer {
  private data: number[] = [];
  readonly little: boolean;
  readonly big: boolean;

  constructor(little: boolean, big: boolean) {
    this.little = little;
    this.big = big;
  }

  get at(): number {
    return this.data.length;
  }
  get offsetBytes(): number {
    return this.big ? 8 : 4;
  }
  bytes(bytes: Iterable<number>): void {
    for (const byte of bytes) this.data.push(byte);
  }
  number(value: number, size: number): void {
    this.bytes(numberBytes(value, size, this.little));
  }
  /** Space for an offset. */
  hole(): number {
    this.number(0, this.offsetBytes);
    return this.at - this.offsetBytes;
  }
  fill(hole: number, value: number): void {
    numberBytes(value, this.offsetBytes, this.little).forEach((byte, i) => {
      this.data[hole + i] = byte;
    });
  }
  whole(): Uint8Array {
    return Uint8Array.from(this.data);
  }
}

function numberBytes(value: number, size: number, little: boolean): number[] {
  const bytes = Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 255);
  return little ? bytes : bytes.reverse();
}

/** Writes the data and the directory, and gives the directory's offset. */
function writeDirectory(out: Writer, picture: TiffOf): number {
  const segments = picture.segments ?? codedSegments(picture);
  const write = () => {
    for (const segment of segments) out.bytes(segment);
  };
  const offsetsFrom = (start: number) =>
    segments.map((_, i) => start + segments.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  if (picture.directoryFirst) {
    const measure = new Writer(out.little, out.big);
    measure.bytes(new Uint8Array(out.at));
    writeFields(measure, picture, segments, offsetsFrom(0), []);
    const directory = writeFields(out, picture, segments, offsetsFrom(measure.at), []);
    write();
    return directory;
  }
  const offsets = offsetsFrom(out.at);
  write();
  const subs = (picture.subDirectories ?? []).map((sub) => writeDirectory(out, sub));
  return writeFields(out, picture, segments, offsets, subs);
}

function writeFields(
  out: Writer,
  picture: TiffOf,
  segments: readonly Uint8Array[],
  offsets: readonly number[],
  subs: readonly number[],
): number {
  const { width, height, bits, samples, photometric, compression = 1, tile, rowsPerStrip = height } = picture;
  const lengths = segments.map(({ length }) => length);
  const fields: Record<number, FieldOf | null> = {
    256: [width],
    257: [height],
    258: Array.from({ length: samples }, () => bits),
    259: [compression],
    262: [photometric],
    277: [samples],
    ...(tile ? { 322: [tile[0]], 323: [tile[1]], 324: offsets, 325: lengths } : { 273: offsets, 279: lengths }),
    ...(tile ? {} : { 278: [rowsPerStrip] }),
    ...(picture.reverse ? { 266: [2] } : {}),
    ...(picture.float ? { 339: Array.from({ length: samples }, () => 3) } : {}),
    ...(picture.planar ? { 284: [2] } : {}),
    ...(picture.faxOptions === undefined ? {} : { 292: [picture.faxOptions] }),
    ...(picture.predictor ? { 317: [picture.predictor === 3 ? 3 : 2] } : {}),
    ...(picture.subsampling ? { 530: picture.subsampling } : {}),
    ...(subs.length > 0 ? { 330: subs } : {}),
    ...picture.fields,
  };
  const entries = Object.entries(fields).flatMap(([tag, field]) =>
    field === null ? [] : [{ tag: Number(tag), field }],
  );
  const written = entries.map(({ tag, field }) => {
    const size = field instanceof Uint8Array ? 1 : field.every((value) => value < 65_536) ? 2 : 4;
    const type = { 1: 7, 2: 3, 4: 4 }[size] ?? 4;
    const value = [...field].flatMap((number) => numberBytes(number, size, out.little));
    const at = out.at;
    if (value.length > out.offsetBytes) out.bytes(value);
    return { tag, type, count: field.length, value, at };
  });
  const directory = out.at;
  out.number(written.length, out.big ? 8 : 2);
  for (const { tag, type, count, value, at } of written) {
    out.number(tag, 2);
    out.number(type, 2);
    out.number(count, out.offsetBytes);
    if (value.length > out.offsetBytes) out.number(at, out.offsetBytes);
    else out.bytes([...value, ...Array.from({ length: out.offsetBytes - value.length }, () => 0)]);
  }
  const next = out.hole();
  if (picture.next) out.fill(next, writeDirectory(out, picture.next));
  return directory;
}

function codedSegments(picture: TiffOf): Uint8Array[] {
  const { width, height, samples, planar = false, tile } = picture;
  const [across, down] = tile ?? [width, picture.rowsPerStrip ?? height];
  const segments: Uint8Array[] = [];
  for (const channels of planar ? Array.from({ length: samples }, (_, i) => [i]) : [[...Array(samples).keys()]]) {
    for (let top = 0; top < height; top += down) {
      for (let left = 0; left < width; left += across) {
        const rows = tile ? down : Math.min(down, height - top);
        segments.push(codedSegment(picture, left, top, across, rows, channels));
      }
    }
  }
  return segments;
}

/** The samples of a part, coded. Beyond the picture its last column and row are repeated. */
function codedSegment(
  picture: TiffOf,
  left: number,
  top: number,
  across: number,
  rows: number,
  channels: readonly number[],
): Uint8Array {
  const { width, height, bits, compression = 1, predictor = false, little = true } = picture;
  const at = (x: number, y: number, channel: number) =>
    picture.sample(Math.min(width - 1, left + x), Math.min(height - 1, top + y), channel);
  if (picture.subsampling) return coded(picture, subsampledRows(picture.subsampling, across, rows, at));
  const data: Uint8Array[] = [];
  for (let y = 0; y < rows; y++) {
    const values = Array.from({ length: across * channels.length }, (_, i) =>
      at(Math.floor(i / channels.length), y, channels[i % channels.length] ?? 0),
    );
    if (picture.float) {
      const number = predictor === false ? 1 : predictor === 3 ? 3 : 2;
      data.push(floatRow(values, { bits, little, predictor: number, step: channels.length }));
      continue;
    }
    if (predictor) {
      for (let i = values.length - 1; i >= channels.length; i--) {
        values[i] = ((values[i] ?? 0) - (values[i - channels.length] ?? 0)) & (2 ** bits - 1);
      }
    }
    data.push(packed(values, bits, little));
  }
  if ([2, 3, 4, 32_771].includes(compression)) {
    const pixels = Array.from({ length: rows }, (_, y) => Array.from({ length: across }, (_, x) => at(x, y, 0) & 1));
    return coded(picture, faxData(pixels, compression, picture.faxOptions ?? 0));
  }
  return coded(picture, new Uint8Array(Buffer.concat(data)));
}

function packed(values: readonly number[], bits: number, little: boolean): Uint8Array {
  if (bits >= 16) return Uint8Array.from(values.flatMap((value) => numberBytes(value, bits / 8, little)));
  const row = new Uint8Array(Math.ceil((values.length * bits) / 8));
  values.forEach((value, i) => {
    for (let bit = 0; bit < bits; bit++) {
      const at = i * bits + bit;
      if ((value >> (bits - 1 - bit)) & 1) row[at >> 3] = (row[at >> 3] ?? 0) | (0x80 >> (at & 7));
    }
  });
  return row;
}

function coded({ compression = 1, oldLzw = false, reverse = false }: TiffOf, data: Uint8Array): Uint8Array {
  let bytes = data;
  if (compression === 5) bytes = lzwData(data, oldLzw);
  else if (compression === 8 || compression === 32_946) bytes = new Uint8Array(deflateSync(data));
  else if (compression === 32_773) bytes = packBits(data);
  return reverse ? reversed(bytes) : bytes;
}
