/** The driver of assembly: data of a strip or tile in, batches of rows out. For every coding but fax and JPEG. */
import type { Tones } from "../../../colour/tones.ts";
import { defineEngine, exportsOf } from "../../../engines.ts";
import type { TiffPage } from "../directory/page.ts";
import module from "../wasm/decoder.wasm";
import { type ReadSegment, reverseBits } from "./reader.ts";
import { codedRowBytes, readCounter } from "./segments.ts";

type Exports = {
  readonly memory: WebAssembly.Memory;
  setUp(
    coding: number,
    kind: number,
    bytes: number,
    outBytes: number,
    samples: number,
    little: number,
    batch: number,
    toned: number,
  ): number;
  toneAddress(): number;
  startSegment(): void;
  inputAddress(): number;
  inputFilled(length: number, last: number): void;
  rowAddress(): number;
  rowStride(): number;
  rowsMade(): number;
  nextBatch(): void;
  makeRows(wanted: number): number;
};

const engine = defineEngine("tiff", () => {
  const value = exportsOf<Exports>(module, {});
  return { value, memory: value.memory };
});

/** Codings and kinds of rows, numbered as in assembly/index.ts and assembly/convert.ts. */
const CODINGS = { none: 0, packBits: 1, lzw: 2, oldLzw: 3, deflate: 4 } as const;
const KINDS = { copy: 0, predicted: 1, wide: 2, widePredicted: 3, rgb: 4, rgbPredicted: 5 } as const;

/** What `makeRows` returns when it stops. */
const NEEDS_INPUT = 1;
const OVER = 2;
const WINDOW_BYTES = 65536;
/** A batch has at most so many rows and, unless one row is longer, so many bytes. */
const BATCH_ROWS = 16;
const BATCH_BYTES = 1 << 18;

/** Whether the rows come as RGBA. */
export function isRgba({ model, bits, samples, planar }: TiffPage): boolean {
  return model === "rgb" && bits === 8 && samples === 3 && !planar;
}

/** Bits of the samples in the rows that come: 16 are cut to 8. */
export function rowBits({ bits }: TiffPage): number {
  return bits === 16 ? 8 : bits;
}

/**
 * Whether the tone curve of a profile can work on the 16 bits of the samples: not where colours must be divided by alpha or
 * inverted before.
 */
export function isDeep({ bits, model, planar, inverted, associated }: TiffPage): boolean {
  return bits === 16 && (model === "grey" || model === "rgb") && !planar && !inverted && !associated;
}

function kindOf(page: TiffPage): number {
  if (isRgba(page)) return page.predicted ? KINDS.rgbPredicted : KINDS.rgb;
  if (page.bits === 16) return page.predicted ? KINDS.widePredicted : KINDS.wide;
  return page.predicted ? KINDS.predicted : KINDS.copy;
}

/** The bytes that an instance holds for rows of `width` pixels, beside windows of constant size. */
export function codedRowsBytes(page: TiffPage, width: number): number {
  return codedRowBytes(page, width) + Math.max(BATCH_BYTES, 4 * width) + 4 * width;
}

/**
 * Opens the reader of a page's strips or tiles, which are `width` pixels wide, in a file of `fileBytes` bytes. `tones`:
 * 16-bit colours to bytes (isDeep); null keeps the upper byte.
 */
export async function openCodedRows(
  page: TiffPage,
  width: number,
  fileBytes: number,
  tones: Tones | null,
): Promise<ReadSegment> {
  const tiff = await engine.use();
  const countRead = readCounter(fileBytes);
  const colours = page.model === "grey" ? 1 : 3;
  const toned = tones === null ? 0 : colours;
  tones?.forEach((table, i) => {
    new Uint8Array(tiff.memory.buffer, tiff.toneAddress() + i * table.length, table.length).set(table);
  });
  const bytes = codedRowBytes(page, width);
  const outBytes = isRgba(page) ? 4 * width : bytes;
  const most = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_BYTES / outBytes)));
  const kind = kindOf(page);
  return (data, rows, onBatch) => {
    const coding = codingOf(page, data);
    const samples = page.planar ? 1 : page.samples;
    if (tiff.setUp(coding, kind, bytes, outBytes, samples, page.little ? 1 : 0, most, toned) === 0) {
      // It depends on what else the isolate holds and not on the source alone.
      throw new RangeError("out of memory");
    }
    tiff.startSegment();
    const feed = feeder(tiff, data, page.reversed, countRead);
    for (let made = 0; made < rows; ) {
      const wanted = Math.min(most, rows - made);
      tiff.nextBatch();
      let stopped = tiff.makeRows(wanted);
      while (stopped === NEEDS_INPUT) {
        feed();
        stopped = tiff.makeRows(wanted);
      }
      const count = tiff.rowsMade();
      made += count;
      const batch = { data: new Uint8Array(tiff.memory.buffer), offset: tiff.rowAddress(), stride: tiff.rowStride() };
      if (count > 0 && !onBatch({ ...batch, count })) return true;
      if (stopped === OVER) return made >= rows;
    }
    return true;
  };
}

/** Old LZW begins with its clear code, 9 bits, the least significant bit first: libtiff tells it by the same bits. */
function codingOf({ coding, reversed }: TiffPage, data: Uint8Array): number {
  const lowest = reversed ? 0x80 : 1;
  if (coding === "lzw") return data[0] === 0 && ((data[1] ?? 0) & lowest) !== 0 ? CODINGS.oldLzw : CODINGS.lzw;
  if (coding === "deflate" || coding === "packBits") return CODINGS[coding];
  return CODINGS.none;
}

/** Puts the next 64 KB of the data into the module's window. */
function feeder(tiff: Exports, data: Uint8Array, reversed: boolean, countRead: (bytes: number) => void): () => void {
  let at = 0;
  return () => {
    const address = tiff.inputAddress();
    const part = data.subarray(at, at + WINDOW_BYTES);
    countRead(part.length);
    const window = new Uint8Array(tiff.memory.buffer, address, part.length);
    window.set(part);
    if (reversed) reverseBits(window);
    at += part.length;
    tiff.inputFilled(part.length, at >= data.length ? 1 : 0);
  };
}
