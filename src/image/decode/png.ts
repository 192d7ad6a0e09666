/**
 * PNG by rows: inflated, unfiltered and handed to the resampler one row at a time, so that memory follows the width
 * and not the picture. Interlaced files need the whole frame; the planner limits those by their pixels.
 */
import { damaged } from "../header/reader.ts";
import { createResizer } from "../resize/resizer.ts";
import { resizeWhole } from "../resize/whole.ts";
import type { Decoder, Pixels, Source } from "../view.ts";
import { readChunks } from "./png/chunks.ts";
import { inflate } from "./png/inflate.ts";
import { CHANNELS, type ToRgba, toRgba } from "./png/samples.ts";
import { unfilterRow } from "./png/unfilter.ts";

/** Adam7 (PNG, third edition, section 8.1): first column and row of each pass, and the steps between. */
const ADAM7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
] as const;

type Pass = { readonly width: number; readonly height: number };
type OnRow = (row: Uint8Array, y: number, pass: number) => boolean;

/** PNG bytes -> the view's pixels. Damaged or missing data ends the picture there. */
export const decodePng: Decoder = async (bytes, source, { view }, clock) => {
  const chunks = readChunks(bytes);
  const bits = source.depth * (CHANNELS[chunks.colourType] ?? 4);
  const convert = toRgba({ ...chunks, depth: source.depth });
  if (source.interlaced) {
    const { frame, complete } = await interlacedFrame(chunks.data, source, bits, convert);
    clock.lap("decode");
    const pixels = await resizeWhole(frame, view);
    clock.lap("resize");
    return { pixels, truncated: !complete };
  }
  const resizer = await createResizer(view, source.alpha);
  const rgba = new Uint8Array(source.width * 4);
  const rows = await readRows(chunks.data, [source], bits, (row) => {
    convert(row, source.width, rgba, 0, 1);
    resizer.push(rgba, rgba.length, 1);
    return !resizer.done;
  });
  if (rows === 0) throw damaged("no row of it can be decoded");
  const truncated = !resizer.done;
  while (!resizer.done) resizer.push(rgba.fill(source.alpha ? 0 : 128), rgba.length, 1);
  clock.lap("decode");
  return { pixels: resizer.finish(), truncated };
};

async function interlacedFrame(data: readonly Uint8Array[], source: Source, bits: number, convert: ToRgba) {
  const { width, height } = source;
  const frame = new Uint8Array(width * height * 4);
  const passes = ADAM7.map(({ x, y, dx, dy }) => ({
    width: Math.max(0, Math.ceil((width - x) / dx)),
    height: Math.max(0, Math.ceil((height - y) / dy)),
  }));
  const expected = passes.reduce((sum, pass) => sum + (pass.width > 0 ? pass.height : 0), 0);
  const rows = await readRows(data, passes, bits, (row, y, pass) => {
    const grid = ADAM7[pass] ?? ADAM7[0];
    const at = (grid.y + y * grid.dy) * width + grid.x;
    convert(row, passes[pass]?.width ?? 0, frame, at, grid.dx);
    return true;
  });
  if (rows === 0) throw damaged("no row of it can be decoded");
  const pixels: Pixels = { width, height, data: frame, alpha: source.alpha };
  return { frame: pixels, complete: rows === expected };
}

/** Inflates and unfilters the rows of all passes in turn; `onRow` returns false when it has enough. Gives the count. */
async function readRows(
  data: readonly Uint8Array[],
  passes: readonly Pass[],
  bits: number,
  onRow: OnRow,
): Promise<number> {
  const step = Math.max(1, bits >> 3);
  const order = passes
    .map((pass, index) => ({ ...pass, index }))
    .filter(({ width, height }) => width > 0 && height > 0);
  let [turn, y, filled, rows] = [0, 0, 0, 0];
  const bytesOf = (index: number) => Math.ceil(((order[index]?.width ?? 0) * bits) / 8);
  let row = new Uint8Array(1 + bytesOf(0));
  let above = new Uint8Array(1 + bytesOf(0));
  for await (const piece of inflate(data)) {
    for (let at = 0; at < piece.length; ) {
      const take = Math.min(row.length - filled, piece.length - at);
      row.set(piece.subarray(at, at + take), filled);
      filled += take;
      at += take;
      if (filled < row.length) break;
      const samples = row.subarray(1);
      unfilterRow(row[0] ?? 0, samples, above.subarray(1), step);
      rows++;
      if (!onRow(samples, y, order[turn]?.index ?? 0)) return rows;
      [row, above] = [above, row];
      filled = 0;
      if (++y < (order[turn]?.height ?? 0)) continue;
      y = 0;
      if (++turn === order.length) return rows;
      row = new Uint8Array(1 + bytesOf(turn));
      above = new Uint8Array(1 + bytesOf(turn));
    }
  }
  return rows;
}
