/** The loop filter on one row of macroblocks (RFC 6386, 9.6 and section 15), after the whole row is predicted. */
import { normalEdge, simpleEdge } from "./filter";
import { filterKind, filterLevel, intraDelta, sharpness, submodeDelta } from "./frame";
import { band, strideOf } from "./planes";
import { turnIn, turnOut } from "./turn";

/** What the filter does to one macroblock of the row. */
@unmanaged
class Strength {
  /** 0: no filter. */
  limit: u8;
  inner: u8;
  threshold: u8;
  /** Whether the edges between its subblocks are filtered too. */
  subblocks: bool;
}

let strengths: usize = 0;
/** Eight rows of 16 bytes, for vertical edges: they are transposed before and after. */
const TURNED = memory.data(128, 16);

/** 4 bytes for each macroblock of a row. */
export function startLoop(at: usize): void {
  strengths = at;
}

@inline
function strength(x: usize): Strength {
  return changetype<Strength>(strengths + (x << 2));
}

/** Writes down how macroblock `x` will be filtered. */
export function noteStrength(x: usize, segment: i32, bySubblock: bool, coefficients: bool): void {
  const s = strength(x);
  s.limit = 0;
  if (filterKind == 0) return;
  const level = max(0, min(63, filterLevel(segment) + intraDelta + (bySubblock ? submodeDelta : 0)));
  if (level == 0) return;
  let inner = level;
  if (sharpness > 0) inner = min(inner >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
  inner = max(1, inner);
  s.limit = <u8>(2 * level + inner);
  s.inner = <u8>inner;
  s.threshold = level >= 40 ? 2 : level >= 15 ? 1 : 0;
  s.subblocks = bySubblock || coefficients;
}

/** Writes down that macroblock `x` is not filtered. */
export function noteNothing(x: usize): void {
  strength(x).limit = 0;
}

/** Filters row `y`. The edges of each macroblock in this order: left, vertical inside, top, horizontal inside. */
export function filterRow(y: i32, across: usize): void {
  if (filterKind == 0) return;
  const luma = band(0, y);
  const u = band(1, y);
  const v = band(2, y);
  const strideY = strideOf(0);
  const strideUV = strideOf(1);
  const overLuma = y > 0 ? band(0, y - 1) + 12 * strideY : 0;
  const overU = y > 0 ? band(1, y - 1) + 4 * strideUV : 0;
  const overV = y > 0 ? band(2, y - 1) + 4 * strideUV : 0;
  for (let x: usize = 0; x < across; x++) {
    const s = strength(x);
    if (s.limit == 0) continue;
    if (filterKind == 1) {
      filterSimple(s, luma + 16 * x, overLuma && overLuma + 16 * x, strideY, x > 0);
    } else {
      filterLuma(s, luma + 16 * x, overLuma && overLuma + 16 * x, strideY, x > 0);
      filterChroma(s, u + 8 * x, v + 8 * x, overU && overU + 8 * x, overV + 8 * x, strideUV, x > 0);
    }
  }
}

@inline
function simpleUpright(at: usize, stride: usize, limit: i32): void {
  turnIn(at - 4, at - 4 + 8 * stride, stride, TURNED);
  simpleEdge(TURNED, TURNED + 64, 16, limit);
  turnOut(TURNED, at - 4, at - 4 + 8 * stride, stride);
}

function filterSimple(s: Strength, at: usize, over: usize, stride: usize, left: bool): void {
  const limit = <i32>s.limit;
  if (left) simpleUpright(at, stride, limit + 4);
  if (s.subblocks) for (let x: usize = 4; x < 16; x += 4) simpleUpright(at + x, stride, limit);
  if (over) simpleEdge(over, at, stride, limit + 4);
  if (s.subblocks) {
    for (let y: usize = 4; y < 16; y += 4) simpleEdge(at + (y - 4) * stride, at + y * stride, stride, limit);
  }
}

/** The edge to the left of `a` (8 rows) and `b` (8 more). */
function upright(s: Strength, a: usize, b: usize, stride: usize, outer: bool): void {
  const limit = <i32>s.limit + (outer ? 4 : 0);
  turnIn(a - 4, b - 4, stride, TURNED);
  normalEdge(TURNED, TURNED + 64, 16, limit, s.inner, s.threshold, outer);
  turnOut(TURNED, a - 4, b - 4, stride);
}

function filterLuma(s: Strength, at: usize, over: usize, stride: usize, left: bool): void {
  const half: usize = 8 * stride;
  if (left) upright(s, at, at + half, stride, true);
  if (s.subblocks) for (let x: usize = 4; x < 16; x += 4) upright(s, at + x, at + half + x, stride, false);
  if (over) normalEdge(over, at, stride, <i32>s.limit + 4, s.inner, s.threshold, true);
  if (s.subblocks) {
    for (let y: usize = 4; y < 16; y += 4) {
      normalEdge(at + (y - 4) * stride, at + y * stride, stride, s.limit, s.inner, s.threshold, false);
    }
  }
}

/** The edge between four rows at `overU` and four at `u`, and the same of V beside it. */
function level(s: Strength, overU: usize, overV: usize, u: usize, v: usize, stride: usize, outer: bool): void {
  for (let i: usize = 0; i < 4; i++) {
    store<u64>(TURNED + 16 * i, load<u64>(overU + i * stride));
    store<u64>(TURNED + 16 * i, load<u64>(overV + i * stride), 8);
    store<u64>(TURNED + 16 * i, load<u64>(u + i * stride), 64);
    store<u64>(TURNED + 16 * i, load<u64>(v + i * stride), 72);
  }
  normalEdge(TURNED, TURNED + 64, 16, <i32>s.limit + (outer ? 4 : 0), s.inner, s.threshold, outer);
  for (let i: usize = 0; i < 4; i++) {
    store<u64>(overU + i * stride, load<u64>(TURNED + 16 * i));
    store<u64>(overV + i * stride, load<u64>(TURNED + 16 * i, 8));
    store<u64>(u + i * stride, load<u64>(TURNED + 16 * i, 64));
    store<u64>(v + i * stride, load<u64>(TURNED + 16 * i, 72));
  }
}

function filterChroma(s: Strength, u: usize, v: usize, overU: usize, overV: usize, stride: usize, left: bool): void {
  if (left) upright(s, u, v, stride, true);
  if (s.subblocks) upright(s, u + 4, v + 4, stride, false);
  if (overU) level(s, overU, overV, u, v, stride, true);
  if (s.subblocks) level(s, u, v, u + 4 * stride, v + 4 * stride, stride, false);
}
