/**
 * The encoder of lossy WebP: a VP8 key frame (RFC 6386) from rows of RGBA, see docs/inside/webp.md. All exports are the
 * driver's (formats/webp/vp8Encoder.ts), which brings strips of rows and writes the container.
 */
import { analyse, chromaEase } from "./analysis/analysis";
import { end, finishCoder, startCoder } from "./entropy/bool";
import { writeCoefficients } from "./bitstream/coefficients";
import { clearAbove, clearLeft } from "./contexts";
import { forgetSteps, setStrengths, switchFilterOff } from "./analysis/filterStrength";
import { writeHeader } from "./bitstream/header";
import { encodeMacroblock } from "./macroblock";
import { writeModes } from "./bitstream/modes";
import { across, down, drawMargins, layOut, reserve } from "./picture";
import { adapt, clearProbabilities } from "./entropy/probabilities";
import { makeRates } from "./entropy/rate";
import { setQuantisers } from "./analysis/segments";
import { next, roomForMacroblock, startStore } from "./entropy/store";
import { makeSubmodeCosts } from "./entropy/submode";

export { planeU, planeV, planeY, strideUV, strideY, strip } from "./picture";
export { alphaChunk, encodeAlpha, startAlpha } from "../alpha/alpha";
export { addStrip, stripStride } from "./import/strip";

/** Errors that `encode` returns. See formats/webp/vp8Encoder.ts. */
const OUT_OF_MEMORY: i32 = -1;
const FIRST_PARTITION_TOO_LARGE: i32 = -2;

/** The length of the first partition has 19 bits (9.1). */
const FIRST_PARTITION_MOST: usize = (1 << 19) - 1;

/** Upper limit of the frame header's bytes. 1 056 new probabilities take about 2 KB. */
const HEADER_MOST: usize = 8192;

/** Where the frame is, without its ten bytes of tag, start code and sizes; and how long its first partition is. */
export let frame: usize = 0;
export let firstPartition: i32 = 0;

/** Begins a picture of `width` x `height` pixels. 0 when there is not enough memory. */
export function start(width: i32, height: i32): i32 {
  return layOut(width, height) ? 1 : 0;
}

/**
 * Encodes the picture at a quality of 0..100, after all strips were added. `filter`: use the loop filter. Gives the
 * number of bytes at `frame`, or an error below 0.
 */
export function encode(quality: i32, filter: bool): i32 {
  analyse();
  setQuantisers(quality, chromaEase);
  makeSubmodeCosts();
  if (!encodeMacroblocks()) return OUT_OF_MEMORY;
  if (filter) setStrengths();
  else switchFilterOff();
  // The partitions follow the levels.
  frame = (next + 15) & ~(<usize>15);
  startCoder(frame);
  if (!writeFirstPartition()) return FIRST_PARTITION_TOO_LARGE;
  firstPartition = <i32>(end - frame);
  return writeCoefficients(end) ? <i32>(end - frame) : OUT_OF_MEMORY;
}

/** The probabilities are adapted eight times a picture, so that the costs stay close to the final ones. */
function encodeMacroblocks(): bool {
  clearProbabilities();
  makeRates();
  drawMargins();
  clearAbove();
  forgetSteps();
  startStore();
  const every = max(96, (across * down) >> 3);
  let left = every;
  for (let y = 0; y < down; y++) {
    clearLeft();
    for (let x = 0; x < across; x++) {
      if (left-- == 0) {
        adapt(false);
        makeRates();
        left = every - 1;
      }
      if (!roomForMacroblock()) return false;
      encodeMacroblock(x, y);
    }
  }
  return true;
}

function writeFirstPartition(): bool {
  if (!reserve(frame + HEADER_MOST)) return false;
  writeHeader();
  if (!writeModes(frame, FIRST_PARTITION_MOST)) return false;
  finishCoder();
  return end - frame <= FIRST_PARTITION_MOST;
}
