/** The interface of everything that takes source rows and gives the view's pixels. */
import type { Pixels } from "../picture.ts";

export type RowResizer = {
  /** True when no further source row can change the result. */
  readonly done: boolean;
  /** Takes `count` whole source rows of `stride` bytes, in order from the top. */
  push(rows: Uint8Array, stride: number, count: number): void;
  /** The result. Missing rows are transparent black, or white when the source has no alpha. */
  finish(): Pixels;
};
