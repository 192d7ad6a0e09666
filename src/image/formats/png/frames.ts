/** The frames of an animated PNG, each as it is shown. */
import { AnimationCanvas } from "../../animation/canvas.ts";
import type { FrameReader, ShownFrame } from "../../animation/frames.ts";
import { embeddedConversion } from "../../colour/embedded.ts";
import { deepTones } from "../../colour/tones.ts";
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { ADAM7, adam7Passes, rowsOf } from "./decoder/adam7.ts";
import { type FrameControl, pngFrames } from "./decoder/frameControl.ts";
import { readRows } from "./decoder/rows.ts";
import { CHANNELS, type ToRgba, toRgba } from "./decoder/samples.ts";

export const PNG_FRAMES: FrameReader = {
  read: readPngFrames,
  // The canvas, and what a frame covers that goes away again.
  memoryBytes: (source, fileBytes) => fileBytes + 500_000 + 250 * source.width + 8 * source.width * source.height,
  convert: async (source) => (source.depth === 16 ? (await deepTones(source)).rest : embeddedConversion(source)),
};

const WHOLE = [{ x: 0, y: 0, dx: 1, dy: 1 }] as const;

/** A frame that is not within the canvas ends the animation, as in browsers. */
async function* readPngFrames(bytes: Uint8Array, source: Source, most: number): AsyncGenerator<ShownFrame, void> {
  const chunks = source.png;
  if (chunks === undefined) throw damaged("no PNG chunks were read");
  const canvas = new AnimationCanvas(source);
  const { width, height, data } = canvas;
  const tones = source.depth === 16 ? (await deepTones(source)).tones : null;
  const convert = toRgba({ ...chunks, depth: source.depth }, tones);
  const bits = source.depth * (CHANNELS[chunks.colourType] ?? 4);
  let count = 0;
  for (const { control, pieces } of pngFrames(bytes)) {
    if (control === null || !isWithin(control, source)) break;
    // Nothing is below the first frame.
    const isGone = count === 0 && control.disposal === "previous";
    const changed = canvas.begin(control, isGone ? "background" : control.disposal);
    const rows = await drawFrame(canvas, control, pieces, source.interlaced, bits, convert);
    if (count === 0 && rows.made === 0) break;
    const pixels = { width, height, data, alpha: canvas.isClear() };
    yield { pixels, delayMs: control.delayMs, changed, complete: rows.made === rows.expected };
    if (++count === most) return;
  }
  if (count === 0) throw damaged("no row of its first frame can be decoded");
}

async function drawFrame(
  canvas: AnimationCanvas,
  control: FrameControl,
  pieces: Iterable<Uint8Array>,
  interlaced: boolean,
  bits: number,
  convert: ToRgba,
): Promise<{ readonly made: number; readonly expected: number }> {
  const passes = interlaced ? adam7Passes(control) : [control];
  const grids = interlaced ? ADAM7 : WHOLE;
  const row = new Uint32Array(control.width);
  const bytes = new Uint8Array(row.buffer);
  const made = await readRows(pieces, passes, bits, false, ({ data, offset, stride, count, y, pass }) => {
    const grid = grids[pass] ?? WHOLE[0];
    const width = passes[pass]?.width ?? 0;
    for (let i = 0; i < count; i++) {
      convert(data.subarray(offset + i * stride), width, bytes, 0, 1);
      const at = (control.top + grid.y + (y + i) * grid.dy) * canvas.width + control.left + grid.x;
      canvas.put(row, width, at, grid.dx, control.over);
    }
    return true;
  });
  return { made, expected: rowsOf(passes) };
}

function isWithin({ left, top, width, height }: FrameControl, canvas: Source): boolean {
  return left + width <= canvas.width && top + height <= canvas.height;
}
