/**
 * The resampler: source rows in, the view's pixels out. It holds as many source rows as the filter of one output row
 * reaches over, and only the columns that the view needs. So its memory follows the reduction, not the picture.
 */

import { defineEngine, exportsOf } from "../engines.ts";
import type { View } from "../picture.ts";
import { createCopier, isCopy } from "./copier.ts";
import type { RowResizer } from "./rowResizer.ts";
import { computeTaps, type Taps } from "./taps.ts";
import module from "./wasm/resize.wasm";

type Exports = {
  readonly memory: WebAssembly.Memory;
  outputRow(
    rows: number,
    stride: number,
    rowWeights: number,
    rowTaps: number,
    line: number,
    starts: number,
    weights: number,
    taps: number,
    out: number,
    outWidth: number,
  ): void;
  premultiply(pixels: number, count: number): void;
  unpremultiply(pixels: number, count: number): void;
  reserve(bytes: number): void;
};

const engine = defineEngine("resize", () => {
  const value = exportsOf<Exports>(module, {});
  return { value, memory: value.memory };
});

/** The SIMD loops take rows in pairs and pixels in fours. */
const ROW_STEP = 2;
const PIXEL_STEP = 4;
/**
 * Rows are also held beyond the filter's reach: as many again, so that each row is moved about once while the window
 * slides. They take at most this many bytes, but there are at least 16 of them.
 */
const SPARE_BYTES = 4 * 1024 * 1024;

function spareRows(reach: number, stride: number): number {
  return Math.max(16, Math.min(reach, Math.floor(SPARE_BYTES / stride)));
}

/** Bytes of linear memory that a view takes. The planner adds them to its estimate. */
export function resizerBytes(view: View): number {
  // A filter reads no rows outside the bounds.
  const reach = Math.min(6 * Math.max(1, view.window.height / view.height), view.bounds.height) + 2;
  const stretch = 6 * Math.max(1, view.window.width / view.width);
  const stride = 4 * Math.min(view.bounds.width, view.window.width + stretch);
  return Math.ceil(stride * (2 * reach + spareRows(reach, stride)));
}

/** `view` is in the coordinates of the rows that will be pushed. `alpha`: their pixels may be transparent. */
export async function createResizer(view: View, alpha: boolean): Promise<RowResizer> {
  return isCopy(view) ? createCopier(view, alpha) : (await prepareResizer(view, alpha)).start();
}

/** A resampler for several pictures of one size, which makes its filters once. Only one may be in use at a time. */
export type PreparedResizer = {
  /** For a picture of which all rows are pushed. */
  start(): RowResizer;
  /**
   * Makes the rows of the result anew that source rows from `top` up to `bottom` take part in. `source`: all rows of the
   * picture, `stride` bytes each. `result`: the pixels that were made of the picture before, which are changed in place.
   */
  renew(
    source: Uint8Array,
    stride: number,
    rows: { readonly top: number; readonly bottom: number },
    result: Uint8Array,
  ): void;
};

export async function prepareResizer(view: View, alpha: boolean): Promise<PreparedResizer> {
  const wasm = await engine.use();
  const { window, bounds, width, height } = view;
  const across = computeTaps(window.left, window.width, bounds.left, bounds.left + bounds.width, width, PIXEL_STEP);
  const down = computeTaps(window.top, window.height, bounds.top, bounds.top + bounds.height, height, ROW_STEP);
  const layout = layOut(across, down, width);
  wasm.reserve(layout.total);
  const memory = () => new Uint8Array(wasm.memory.buffer);
  new Int32Array(wasm.memory.buffer, layout.starts, width).set(across.starts);
  new Int16Array(wasm.memory.buffer, layout.weights, across.weights.length).set(across.weights);
  new Int16Array(wasm.memory.buffer, layout.rowWeights, down.weights.length).set(down.weights);
  const columns = across.end - across.first;
  const needs = (y: number) => down.first + (down.starts[y] ?? 0);
  const needsUpTo = (y: number) => Math.min(needs(y) + down.count, down.end);

  /** Makes the rows from `from` up to `to`. The first source row that is pushed is `seen`, and is the first one needed. */
  const resize = (data: Uint8Array, from: number, to: number, seen: number, held: number): RowResizer => {
    let made = from; // output rows done

    const emit = (available: number) => {
      while (made < to && needsUpTo(made) <= available) {
        wasm.outputRow(
          layout.rows + (needs(made) - held) * layout.stride,
          layout.stride,
          layout.rowWeights + made * down.count * 2,
          down.count,
          layout.line,
          layout.starts,
          layout.weights,
          across.count,
          layout.out,
          width,
        );
        if (alpha) wasm.unpremultiply(layout.out, width);
        data.set(memory().subarray(layout.out, layout.out + 4 * width), made * width * 4);
        made++;
      }
    };

    const slide = () => {
      const next = made < to ? needs(made) : seen;
      if (next <= held) return;
      const start = layout.rows + (next - held) * layout.stride;
      const end = layout.rows + Math.max(0, seen - held) * layout.stride;
      if (start < end) memory().copyWithin(layout.rows, start, end);
      held = next;
    };

    return {
      get done() {
        return made === to;
      },
      push(rows, stride, count) {
        const heap = memory();
        for (let i = 0; i < count && made < to; i++, seen++) {
          if (seen < held || seen >= down.end) continue;
          if (seen - held >= layout.capacity) slide();
          const at = layout.rows + (seen - held) * layout.stride;
          const start = i * stride + across.first * 4;
          heap.set(rows.subarray(start, start + columns * 4), at);
          if (alpha) wasm.premultiply(at, columns);
          emit(seen + 1);
        }
      },
      finish() {
        return { width, height, data, alpha };
      },
    };
  };

  return {
    start() {
      const data = new Uint8Array(width * height * 4);
      if (!alpha) data.fill(255);
      return resize(data, 0, height, 0, down.first);
    },
    renew(source, stride, { top, bottom }, result) {
      let from = 0;
      while (from < height && needsUpTo(from) <= top) from++;
      let to = height;
      while (to > from && needs(to - 1) >= bottom) to--;
      if (from === to) return;
      const first = needs(from);
      resize(result, from, to, first, first).push(source.subarray(first * stride), stride, needsUpTo(to - 1) - first);
    },
  };
}

/** The layout of linear memory. Rows and lines are padded, because the SIMD loops read whole 16 bytes. */
function layOut(across: Taps, down: Taps, width: number) {
  let at = 1024;
  const take = (bytes: number) => {
    const start = at;
    at += (bytes + 31) & ~15;
    return start;
  };
  const stride = ((across.end - across.first) * 4 + 15) & ~15;
  const capacity = down.count + spareRows(down.count, stride);
  return {
    stride,
    capacity,
    starts: take(4 * width),
    weights: take(2 * across.weights.length),
    rowWeights: take(2 * down.weights.length),
    line: take(stride + 4 * across.count + 64),
    out: take(4 * width),
    rows: take(stride * (capacity + down.count + ROW_STEP)),
    total: at,
  };
}
