/**
 * The JPEG thumbnailer's module: see docs/jpeg.md. All exports are the driver's (decode/jpeg/decoder.ts), which parses
 * the headers, lays out the memory, feeds bytes and takes rows of pixels.
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

/** What `advance` stopped for. */
const DONE: i32 = 0;
const NEEDS_BYTES: i32 = 1;
const OUTPUT_FULL: i32 = 2;

/** Goes on with a scan whose coefficients are stored. */
export function advanceScan(): i32 {
  return decodeStored() ? DONE : NEEDS_BYTES;
}

/** Goes on with the rows until all are made, bytes are missing or rows have to be taken. */
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
