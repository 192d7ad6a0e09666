/** The driver of assembly: pieces of image data in, batches of unfiltered rows out. */
import { defineEngine, exportsOf } from "../../../engines.ts";
import module from "../wasm/decoder.wasm";

type Exports = {
  readonly memory: WebAssembly.Memory;
  start(widest: number, pixelBytes: number, batch: number): number;
  startPass(bytes: number): void;
  inputAddress(): number;
  inputFilled(length: number, last: number): void;
  rowAddress(): number;
  rowStride(): number;
  rowsMade(): number;
  nextBatch(): void;
  makeRows(wanted: number): number;
  rgbToRgba(to: number, width: number, count: number): void;
  reserve(bytes: number): number;
};

const engine = defineEngine("png", () => {
  const value = exportsOf<Exports>(module, {});
  return { value, memory: value.memory };
});

/** What `makeRows` returns when it stops. */
const NEEDS_INPUT = 1;
const OVER = 2;
const WINDOW_BYTES = 65536;
/** Rows in a batch: so many that a call costs nothing, so few that wide pictures take little memory. */
const BATCH = 16;

/** One pass over a picture: all of it, or one of Adam7's seven. `width` is in pixels. */
export type Pass = { readonly width: number; readonly height: number };

/**
 * `count` rows in `data`: the first at `offset`, the others `stride` bytes apart. They belong to the pass with the
 * index `pass`, from its row `y` on. With `rgba` they are RGBA, else samples as stored. Valid until the next batch.
 */
export type Batch = {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly count: number;
  readonly y: number;
  readonly pass: number;
  readonly rgba: boolean;
};

/**
 * Inflates and unfilters the passes one after the other. `bits` are those of a pixel. With `rgb` the rows (8 bits, no
 * transparent colour) are converted to RGBA. `onBatch` returns false when it has enough. Gives the number of rows made:
 * fewer than the picture has mean that the data end or are damaged there.
 */
export async function readRows(
  pieces: Iterable<Uint8Array>,
  passes: readonly Pass[],
  bits: number,
  rgb: boolean,
  onBatch: (batch: Batch) => boolean,
): Promise<number> {
  const png = await engine.use();
  const widest = passes.reduce((most, { width }) => Math.max(most, Math.ceil((width * bits) / 8)), 0);
  if (png.start(widest, Math.max(1, bits >> 3), BATCH) === 0) throw outOfMemory();
  const rgba = rgb ? png.reserve(BATCH * 4 * Math.max(...passes.map(({ width }) => width))) : 0;
  if (rgb && rgba === 0) throw outOfMemory();
  const feed = feeder(png, pieces);
  let rows = 0;
  for (const [pass, { width, height }] of passes.entries()) {
    if (width === 0 || height === 0) continue;
    png.startPass(Math.ceil((width * bits) / 8));
    for (let y = 0; y < height; ) {
      png.nextBatch();
      let stopped = png.makeRows(Math.min(BATCH, height - y));
      while (stopped === NEEDS_INPUT) {
        feed();
        stopped = png.makeRows(Math.min(BATCH, height - y));
      }
      const count = png.rowsMade();
      rows += count;
      if (rgb) png.rgbToRgba(rgba, width, count);
      const data = new Uint8Array(png.memory.buffer);
      const [offset, stride] = rgb ? [rgba, 4 * width] : [png.rowAddress(), png.rowStride()];
      if (count > 0 && !onBatch({ data, offset, stride, count, y, pass, rgba: rgb })) return rows;
      y += count;
      if (stopped === OVER) return rows;
    }
  }
  return rows;
}

/** Puts the next 64 KB of the pieces, which together are one stream, into the module's window. */
function feeder(png: Exports, pieces: Iterable<Uint8Array>): () => void {
  const following = pieces[Symbol.iterator]();
  const next = () => {
    const { done, value } = following.next();
    return done === true ? null : value;
  };
  let piece = next();
  let at = 0;
  return () => {
    const address = png.inputAddress();
    const memory = new Uint8Array(png.memory.buffer);
    let filled = 0;
    while (filled < WINDOW_BYTES && piece !== null) {
      const part = piece.subarray(at, at + WINDOW_BYTES - filled);
      memory.set(part, address + filled);
      filled += part.length;
      at += part.length;
      if (at === piece.length) [piece, at] = [next(), 0];
    }
    png.inputFilled(filled, piece === null ? 1 : 0);
  };
}

/** It depends on what else the isolate holds and not on the source alone, so it is not remembered against the source. */
function outOfMemory(): RangeError {
  return new RangeError("out of memory");
}
