/**
 * The sizes of the picture and where its parts lie in memory. The three planes hold the source at first. As soon as a
 * macroblock is encoded, its reconstruction replaces its source, so that prediction reads its neighbours there.
 */
import { RECORD_BYTES } from "./record";

/** Samples around a plane: left of its first column and right of its last one, for prediction. */
const MARGIN: usize = 16;
/** Bytes of a macroblock column's contexts, see contexts.ts. */
const CONTEXT_BYTES: usize = 32;

export let width: i32 = 0;
export let height: i32 = 0;
/** Macroblocks in a row, and rows of them. */
export let across: i32 = 0;
export let down: i32 = 0;

/** Sixteen rows of RGBA, padded to whole macroblocks. */
export let strip: usize = 0;
/** Sample (0, 0) of each plane, and bytes from row to row: Y has its own stride, U and V share one. */
export let planeY: usize = 0;
export let planeU: usize = 0;
export let planeV: usize = 0;
export let strideY: usize = 0;
export let strideUV: usize = 0;
/** Records of the macroblocks (record.ts), contexts of their columns (contexts.ts), and where free memory begins. */
export let records: usize = 0;
export let contexts: usize = 0;
export let free: usize = 0;

@inline
function aligned(at: usize): usize {
  return (at + 15) & ~(<usize>15);
}

/** Grows the memory until it reaches `end`. False when there is no more. */
export function reserve(end: usize): bool {
  const have = <usize>memory.size() << 16;
  if (end <= have) return true;
  return memory.grow(<i32>((end - have + 0xffff) >>> 16)) >= 0;
}

/** Lays out a picture of this size. False when there is not enough memory. */
export function layOut(pixelsAcross: i32, pixelsDown: i32): bool {
  width = pixelsAcross;
  height = pixelsDown;
  across = (width + 15) >> 4;
  down = (height + 15) >> 4;
  strideY = (<usize>across << 4) + 2 * MARGIN;
  strideUV = aligned((<usize>across << 3) + 2 * MARGIN);
  const count = <usize>(across * down);
  const rows = <usize>down << 4;
  strip = aligned(__heap_base);
  planeY = aligned(strip + (<usize>across << 10)) + strideY + MARGIN;
  planeU = planeY + rows * strideY + strideUV;
  planeV = planeU + (rows >> 1) * strideUV + strideUV;
  records = planeV + (rows >> 1) * strideUV;
  contexts = aligned(records + count * RECORD_BYTES);
  free = contexts + <usize>across * CONTEXT_BYTES;
  return reserve(free);
}

@inline
export function lumaOf(x: i32, y: i32): usize {
  return planeY + <usize>(y << 4) * strideY + <usize>(x << 4);
}

/** Offset of a macroblock's chroma from `planeU` or `planeV`. */
@inline
export function chromaOffset(x: i32, y: i32): usize {
  return <usize>(y << 3) * strideUV + <usize>(x << 3);
}

/** Fills the margins for prediction: 127 above the planes, 129 to the left of them (RFC 6386, 12.2). */
export function drawMargins(): void {
  drawMargin(planeY, strideY, down << 4);
  drawMargin(planeU, strideUV, down << 3);
  drawMargin(planeV, strideUV, down << 3);
}

function drawMargin(plane: usize, stride: usize, rows: i32): void {
  memory.fill(plane - stride - MARGIN, 127, stride);
  for (let y = 0; y < rows; y++) store<u8>(plane + <usize>y * stride - 1, 129);
}
