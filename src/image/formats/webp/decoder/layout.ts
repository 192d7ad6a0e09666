/** The filters of the three planes, their rings of sample rows, and their places in the module's memory. */
import type { View } from "../../../picture.ts";
import { allocate, place, reachOf, setField } from "../../jpeg/decoder/layout.ts";
import { lanczosTaps, type Taps } from "../../jpeg/decoder/taps.ts";
import type { Vp8Engine } from "./engine.ts";

/** Rows that the loop filter of the next macroblock row may still change: three, rounded up to four. */
const UNFINISHED = 4;

/** One plane: along a side, `scale` samples for a pixel and `block` samples for a macroblock. */
type Plane = { readonly scale: number; readonly block: number };

const LUMA = { scale: 1, block: 16 } as const satisfies Plane;
const CHROMA = { scale: 1 / 2, block: 8 } as const satisfies Plane;

export type Size = { readonly width: number; readonly height: number };

export type Filters = { readonly across: Taps; readonly down: Taps };

/** The filters of Y and of U and V. Pure. */
export function filtersOf(size: Size, view: View): { readonly luma: Filters; readonly chroma: Filters } {
  return { luma: planeFilters(size, view, LUMA), chroma: planeFilters(size, view, CHROMA) };
}

function planeFilters({ width, height }: Size, view: View, { scale }: Plane): Filters {
  const { window, bounds } = view;
  const columns = Math.ceil(width * scale);
  const rows = Math.ceil(height * scale);
  const reachAcross = reachOf(bounds.left * scale, (bounds.left + bounds.width) * scale, columns);
  const reachDown = reachOf(bounds.top * scale, (bounds.top + bounds.height) * scale, rows);
  return {
    across: lanczosTaps(reachAcross, window.left * scale, (window.width * scale) / view.width, view.width, 8),
    down: lanczosTaps(reachDown, window.top * scale, (window.height * scale) / view.height, view.height, 2),
  };
}

/**
 * How many macroblock rows the rings of Y and of U and V must hold. Rows of Y wait for those of U and V and vice versa,
 * and the loop filter changes the row above. So this goes through the whole decode.
 */
export function ringBands(macroblocksDown: number, luma: Taps, chroma: Taps): readonly [number, number] {
  let [lumaBands, chromaBands] = [1, 1];
  const finished = (after: number, block: number) =>
    after === macroblocksDown ? after * block : after * block - UNFINISHED;
  for (let row = 0, y = 0; row < macroblocksDown && y < luma.starts.length; row++) {
    const oldest = (taps: Taps, block: number) =>
      Math.min(Math.floor((taps.starts[y] ?? 0) / block), row, Math.max(0, row - 1));
    lumaBands = Math.max(lumaBands, row + 1 - oldest(luma, LUMA.block));
    chromaBands = Math.max(chromaBands, row + 1 - oldest(chroma, CHROMA.block));
    const ready = () =>
      (luma.ends[y] ?? 0) <= finished(row + 1, LUMA.block) && (chroma.ends[y] ?? 0) <= finished(row + 1, CHROMA.block);
    while (y < luma.starts.length && ready()) y++;
  }
  return [lumaBands, chromaBands];
}

export type Ring = { readonly at: number; readonly stride: number; readonly bands: number };

/** Allocates the rings and filters of the three planes and fills their fields. Gives the rings, for tests. */
export function placePlanes(engine: Vp8Engine, size: Size, view: View, keepAll: boolean): readonly Ring[] {
  const { luma, chroma } = filtersOf(size, view);
  const macroblocksAcross = Math.ceil(size.width / 16);
  const macroblocksDown = Math.ceil(size.height / 16);
  const [lumaBands, chromaBands] = keepAll
    ? [macroblocksDown, macroblocksDown]
    : ringBands(macroblocksDown, luma.down, chroma.down);
  return [
    placePlane(engine, 0, luma, macroblocksAcross, lumaBands, LUMA),
    placePlane(engine, 1, chroma, macroblocksAcross, chromaBands, CHROMA),
    placePlane(engine, 2, chroma, macroblocksAcross, chromaBands, CHROMA),
  ];
}

function placePlane(
  engine: Vp8Engine,
  index: number,
  { across, down }: Filters,
  macroblocksAcross: number,
  bands: number,
  { block }: Plane,
): Ring {
  const set = (...[field, value]: [Parameters<typeof setField>[2], number]) => setField(engine, index, field, value);
  const count = across.starts.length;
  const stride = (macroblocksAcross * block + 15) & ~15;
  // The vertical pass reads whole 16 bytes, from the first column that has weight.
  const first = (across.starts[0] ?? 0) & ~15;
  const end = across.ends[count - 1] ?? 0;
  const at = allocate(engine, bands * block * stride + 16);
  engine.exports.setRing(index, at, stride, bands);
  set("size", 1);
  set("right", Math.min(stride, (end + 15) & ~15) - first);
  set("stride", stride);
  set("ring", at + first);
  set("ringRows", bands * block);
  set("rowStarts", place(engine, down.starts));
  set("rowEnds", place(engine, down.ends));
  set("rowTaps", place(engine, down.weights));
  set("tapsDown", down.width);
  const starts = new Int32Array((count + 3) & ~3);
  starts.set(across.starts.map((start) => (start - first) * 2));
  set("columnStarts", place(engine, starts));
  set("columnTaps", place(engine, across.weights, 8 * across.width));
  set("tapsAcross", across.width);
  set("rowPointers", allocate(engine, 4 * down.width));
  set("tall", allocate(engine, 2 * (stride + across.width + 16)));
  set("line", allocate(engine, 2 * (count + 16)));
  return { at, stride, bands };
}
