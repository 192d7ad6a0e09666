/**
 * PNG by rows: they are inflated, unfiltered and given to the resampler in batches, so that memory follows the width
 * and not the picture. An interlaced file needs the whole frame; the planner limits its pixels.
 */
import { deepTones } from "../../colour/tones.ts";
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import type { Source } from "../../header.ts";
import { type Decode, type DecodeCost, type Pixels, stillPicture } from "../../picture.ts";
import { createResizer } from "../../resize/resizer.ts";
import { resizeWhole } from "../../resize/whole.ts";
import { damaged } from "../byteReader.ts";
import { ADAM7, adam7Passes, rowsOf } from "./decoder/adam7.ts";
import { imageData, type PngChunks } from "./decoder/chunks.ts";
import { type Batch, readRows } from "./decoder/rows.ts";
import { CHANNELS, type ToRgba, toRgba } from "./decoder/samples.ts";

const TRUECOLOUR = 2;
const TRUECOLOUR_ALPHA = 6;

/** Peak bytes: a window, the history and batches of 16 rows, and for an interlaced file the whole frame. */
export function pngMemory({ source }: DecodeCost): number {
  return 500_000 + 250 * source.width + (source.interlaced ? 4 * source.width * source.height : 0);
}

/** PNG bytes -> the view's picture. It ends where the data end or are damaged. */
export const decodePng: Decode = async (bytes, source, { view }, clock) => {
  const chunks = source.png;
  if (chunks === undefined) throw new UnsupportedByDecoder("no PNG chunks were read");
  const data = imageData(bytes, chunks.dataAt);
  const bits = source.depth * (CHANNELS[chunks.colourType] ?? 4);
  const deep = source.depth === 16 ? await deepTones(source) : null;
  const colour = deep === null ? {} : { convert: deep.rest };
  const convert = toRgba({ ...chunks, depth: source.depth }, deep?.tones ?? null);
  if (source.interlaced) {
    const { frame, complete } = await interlacedFrame(data, source, bits, convert);
    clock.lap("decode");
    const pixels = await resizeWhole(frame, source, view);
    clock.lap("resize");
    return { picture: stillPicture(pixels), truncated: !complete, ...colour };
  }
  const resizer = await createResizer(view, source.alpha);
  const push = pusher(chunks, source, convert, (rows, stride, count) => resizer.push(rows, stride, count));
  const rgb = chunks.colourType === TRUECOLOUR && source.depth === 8 && !source.alpha;
  const rows = await readRows(data, [source], bits, rgb, (batch) => {
    push(batch);
    return !resizer.done;
  });
  if (rows === 0) throw damaged("no row of it can be decoded");
  const truncated = !resizer.done;
  const missing = new Uint8Array(source.width * 4).fill(source.alpha ? 0 : 128);
  while (!resizer.done) resizer.push(missing, missing.length, 1);
  clock.lap("decode");
  return { picture: stillPicture(resizer.finish()), truncated, ...colour };
};

/** Takes batches of rows, converts them to RGBA unless they are RGBA already, and hands the rows on. */
function pusher(
  chunks: PngChunks,
  source: Source,
  convert: ToRgba,
  onRows: (rows: Uint8Array, stride: number, count: number) => void,
): (batch: Batch) => void {
  const stored = chunks.colourType === TRUECOLOUR_ALPHA && source.depth === 8;
  const row = new Uint8Array(source.width * 4);
  return ({ data, offset, stride, count, rgba }) => {
    if (rgba || stored) return onRows(data.subarray(offset), stride, count);
    for (let i = 0; i < count; i++) {
      convert(data.subarray(offset + i * stride), source.width, row, 0, 1);
      onRows(row, row.length, 1);
    }
  };
}

async function interlacedFrame(data: Iterable<Uint8Array>, source: Source, bits: number, convert: ToRgba) {
  const { width, height } = source;
  const frame = new Uint8Array(width * height * 4);
  const passes = adam7Passes(source);
  const expected = rowsOf(passes);
  const rows = await readRows(data, passes, bits, false, ({ data: rows, offset, stride, count, y, pass }) => {
    const grid = ADAM7[pass] ?? ADAM7[0];
    for (let i = 0; i < count; i++) {
      const at = (grid.y + (y + i) * grid.dy) * width + grid.x;
      convert(rows.subarray(offset + i * stride), passes[pass]?.width ?? 0, frame, at, grid.dx);
    }
    return true;
  });
  if (rows === 0) throw damaged("no row of it can be decoded");
  const pixels: Pixels = { width, height, data: frame, alpha: source.alpha };
  return { frame: pixels, complete: rows === expected };
}
