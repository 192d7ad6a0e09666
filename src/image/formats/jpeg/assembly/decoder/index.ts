/**
 * The module that makes thumbnails of JPEGs, see docs/inside/jpeg.md. The driver (decoder/thumbnail.ts) uses all
 * exports. It parses the headers, lays out the memory, feeds bytes and takes rows of pixels.
 */
import { decodeRow, scan } from "./scan";
import { finished, makeRows, outputFull } from "./output";
import { decodeStored, renderRow } from "./stored";

export { allocate, reset } from "./memory";
export { componentBytes, componentFields } from "./component";
export { windowAddress, windowFilled, windowUsed } from "./bits";
export { buildSkipTable, buildTable, skipTableBytes, tableBytes } from "./huffman";
export { setOutput, takeRows } from "./output";
export { startStoredScan } from "./stored";
export { missingUnits, startPicture, startRows } from "./scan";

/** What `advance` returns when it stops. */
const DONE: i32 = 0;
const NEEDS_BYTES: i32 = 1;
const OUTPUT_FULL: i32 = 2;

/** Continues a scan whose coefficients are stored. */
export function advanceScan(): i32 {
  return decodeStored() ? DONE : NEEDS_BYTES;
}

/** Makes rows until all are made, bytes are missing, or the driver must take rows. */
export function advance(): i32 {
  makeRows();
  while (!finished()) {
    if (outputFull()) return OUTPUT_FULL;
    if (scan().stored) renderRow();
    else if (!decodeRow()) return NEEDS_BYTES;
    makeRows();
  }
  return DONE;
}
