/** The driver of assembly: data of a strip or tile in, batches of rows out. For every coding but fax and JPEG. */
import type { Tones } from "../../../colour/tones.ts";
import { defineEngine, exportsOf } from "../../../engines.ts";
import type { Predictor } from "../directory/kinds.ts";
import { COLOURS, type TiffPage } from "../directory/page.ts";
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
  ): number;
  setSamples(
    bytes: number,
    floats: number,
    lab: number,
    predictor: number,
    tonedSamples: number,
    channel: number,
  ): void;
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
const KINDS = { copy: 0, predicted: 1, upper: 2, deep: 3, rgb: 4, rgbPredicted: 5 } as const;
const PREDICTORS = { none: 0, differences: 1, floatingPoint: 2 } as const satisfies Record<Predictor, number>;

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

/** Bits of the samples in the rows that come: 16 and more become 8. */
export function rowBits({ bits }: TiffPage): number {
  return bits >= 16 ? 8 : bits;
}

function kindOf(page: TiffPage, toned: boolean): number {
  const predicted = page.predictor !== "none";
  if (isRgba(page)) return predicted ? KINDS.rgbPredicted : KINDS.rgb;
  if (page.bits === 16 && !page.float && !predicted && !toned) return KINDS.upper;
  if (page.bits >= 16) return KINDS.deep;
  return predicted ? KINDS.predicted : KINDS.copy;
}

/** The longest row that is made: RGBA, or bytes of samples. Of predictor 3 the sums of the whole row stand there. */
function madeBytes(page: TiffPage, width: number): number {
  return isRgba(page) ? 4 * width : codedRowBytes(page, width);
}

/** The bytes that an instance holds for rows of `width` pixels, beside windows of constant size. */
export function codedRowsBytes(page: TiffPage, width: number): number {
  return codedRowBytes(page, width) + Math.max(BATCH_BYTES, madeBytes(page, width)) + 4 * width;
}

/**
 * Opens the reader of a page's strips or tiles, which are `width` pixels wide, in a file of `fileBytes` bytes. `tones`:
 * 16-bit colours to bytes (tones.ts); null keeps the upper byte.
 */
export async function openCodedRows(
  page: TiffPage,
  width: number,
  fileBytes: number,
  tones: Tones | null,
): Promise<ReadSegment> {
  const tiff = await engine.use();
  const countRead = readCounter(fileBytes);
  const toned = tones === null ? 0 : COLOURS[page.model];
  tones?.forEach((table, i) => {
    new Uint8Array(tiff.memory.buffer, tiff.toneAddress() + i * table.length, table.length).set(table);
  });
  const bytes = codedRowBytes(page, width);
  const outBytes = madeBytes(page, width);
  const most = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_BYTES / outBytes)));
  const kind = kindOf(page, tones !== null);
  return (data, rows, onBatch, plane = 0) => {
    const coding = codingOf(page, data);
    const samples = page.planar ? 1 : page.samples;
    if (tiff.setUp(coding, kind, bytes, outBytes, samples, page.little ? 1 : 0, most) === 0) {
      // It depends on what else the isolate holds and not on the source alone.
      throw new RangeError("out of memory");
    }
    const [float, lab] = [page.float ? 1 : 0, page.model === "lab" ? 1 : 0];
    tiff.setSamples(page.bits >> 3, float, lab, PREDICTORS[page.predictor], toned, plane);
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
