/** The data of an ALPH chunk (RFC 9649, 2.7.1.2) from a plane of alpha samples. */
import { reserve } from "../encoder/picture";
import { filterPlane, GRADIENT, HORIZONTAL, NONE, sumOfMagnitudes } from "./filter";
import { compress } from "./lossless";
import { TABLE_BYTES } from "./matches";

/** Compression methods of the chunk's first byte; its filter is in bits 2 and 3. */
const RAW: i32 = 0;
const LOSSLESS: i32 = 1;
/** Vector loads and stores may reach this far beyond a plane. */
const SLACK: usize = 32;

let plane: usize = 0;
let width: i32 = 0;
let height: i32 = 0;
/** Where the chunk's data are after `encodeAlpha`. */
export let alphaChunk: usize = 0;

@inline
function aligned(at: usize): usize {
  return (at + 15) & ~(<usize>15);
}

/**
 * Gives the address where the caller puts the plane of alpha, row by row, or 0 if there is not enough memory.
 * Overwrites the picture that was encoded before.
 */
export function startAlpha(pixelsAcross: i32, pixelsDown: i32): usize {
  width = pixelsAcross;
  height = pixelsDown;
  plane = aligned(__heap_base) + SLACK;
  return reserve(filtered() + size() + SLACK) ? plane : 0;
}

@inline
function size(): usize {
  return <usize>width * <usize>height;
}

@inline
function filtered(): usize {
  return aligned(plane + size() + SLACK);
}

/** The filter that predicts best. */
function bestFilter(): i32 {
  let best = HORIZONTAL;
  let least = i64.MAX_VALUE;
  for (let filter = HORIZONTAL; filter <= GRADIENT; filter++) {
    filterPlane(filter, plane, filtered(), width, height);
    const sum = sumOfMagnitudes(filtered(), width * height);
    if (sum >= least) continue;
    least = sum;
    best = filter;
  }
  return best;
}

/**
 * Encodes the plane: compressed with the filter that predicts best, compressed without a filter, or as it is, whichever
 * is the smallest. Gives the bytes at `alphaChunk`; 0 when there is not enough memory.
 */
export function encodeAlpha(): i32 {
  const count = width * height;
  const room = aligned(filtered() + size() + SLACK);
  const roomEnd = room + TABLE_BYTES + size() / 2;
  const first = aligned(roomEnd);
  if (!reserve(first + 2 * size() + 4 * SLACK)) return 0;
  const filter = bestFilter();
  filterPlane(filter, plane, filtered(), width, height);
  let bytes = compress(filtered(), count, width, room, roomEnd, first + 1, count - 1);
  store<u8>(first, LOSSLESS | (filter << 2));
  alphaChunk = first;
  const second = aligned(first + 1 + <usize>bytes);
  const most = bytes > 0 ? bytes - 1 : count - 1;
  const plain = compress(plane, count, width, room, roomEnd, second + 1, most);
  if (plain > 0) {
    store<u8>(second, LOSSLESS | (NONE << 2));
    alphaChunk = second;
    bytes = plain;
  }
  if (bytes > 0) return bytes + 1;
  store<u8>(first, RAW);
  memory.copy(first + 1, plane, size());
  alphaChunk = first;
  return count + 1;
}
