/**
 * A changed rectangle whose macroblocks are mostly unchanged, such as one around two things that move far apart: the unchanged
 * ones become holes, through which the canvas is seen. The encoder spends next to nothing on macroblocks that nobody sees.
 */
import type { Rect } from "../../../picture.ts";
import { isSameRun } from "./changes.ts";

/** A macroblock's side. The encoder's grid begins at the rectangle's corner. */
const SIDE = 16;
/** The least share of holes. Below it the alpha plane costs more than they save. */
const LEAST_SHARE = 0.4;

/** The macroblocks of a rectangle: 1 = a hole. */
export type Holes = { readonly across: number; readonly down: number; readonly isHole: Uint8Array };

/**
 * Null when there are too few, or when a changed macroblock is not opaque: it could not replace what is below it. Pictures are
 * words (bytes R, G, B, A in memory), `width` of them in a row.
 */
export function findHoles(
  shown: Uint32Array,
  next: Uint32Array,
  rect: Rect,
  width: number,
  tolerance: number,
): Holes | null {
  const [across, down] = [Math.ceil(rect.width / SIDE), Math.ceil(rect.height / SIDE)];
  const isHole = new Uint8Array(across * down);
  let count = 0;
  for (let i = 0; i < isHole.length; i++) {
    const block = blockOf(rect, i % across, Math.floor(i / across));
    if (isUnchanged(shown, next, block, width, tolerance)) {
      isHole[i] = 1;
      count++;
    } else if (!isOpaque(next, block, width)) return null;
  }
  return count < LEAST_SHARE * isHole.length ? null : { across, down, isHole };
}

/** The macroblocks that are no holes. */
export function* changedBlocks(rect: Rect, { across, isHole }: Holes): Generator<Rect> {
  for (let i = 0; i < isHole.length; i++) {
    if (isHole[i] === 0) yield blockOf(rect, i % across, Math.floor(i / across));
  }
}

function blockOf({ left, top, width, height }: Rect, x: number, y: number): Rect {
  return {
    ...{ left: left + x * SIDE, top: top + y * SIDE },
    ...{ width: Math.min(SIDE, width - x * SIDE), height: Math.min(SIDE, height - y * SIDE) },
  };
}

function isUnchanged(shown: Uint32Array, next: Uint32Array, block: Rect, width: number, tolerance: number): boolean {
  for (let y = 0; y < block.height; y++) {
    const at = (block.top + y) * width + block.left;
    if (!isSameRun(shown, next, at, at + block.width, tolerance)) return false;
  }
  return true;
}

function isOpaque(pixels: Uint32Array, block: Rect, width: number): boolean {
  for (let y = 0; y < block.height; y++) {
    const at = (block.top + y) * width + block.left;
    for (let x = at; x < at + block.width; x++) if ((pixels[x] as number) < 0xff000000) return false;
  }
  return true;
}
