/**
 * The module that makes thumbnails of key frames of VP8 (RFC 6386), see docs/inside/webp.md. The driver
 * (decoder/thumbnail.ts) uses all exports. It reads the container, lays out the memory and takes rows of pixels.
 */
import { finished, makeRows, outputFull } from "./output";
import { decodeRow } from "./rows";

export { componentBytes, componentFields } from "../../../jpeg/assembly/decoder/component";
export { allocate, reset } from "../../../jpeg/assembly/decoder/memory";
export { partitionPad, startPartition } from "./bits";
export { readHeader } from "./frame";
export { setOutput, takeRows } from "./output";
export { setRing } from "./planes";
export { missingMacroblocks, scratchBytes, startRows } from "./rows";

/** What `advance` returns when it stops. */
const DONE: i32 = 0;
const OUTPUT_FULL: i32 = 1;

/** Makes rows until all are made, or until the driver must take rows. */
export function advance(): i32 {
  makeRows();
  while (!finished()) {
    if (outputFull()) return OUTPUT_FULL;
    if (!decodeRow()) return DONE;
    makeRows();
  }
  return DONE;
}
