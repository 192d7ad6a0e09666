/**
 * Reverses PNG's row filters (PNG, third edition, section 9), from the inflated row into a row of its own. Each pixel
 * of 3 to 8 bytes goes through one SIMD register. A store of 8 bytes can reach beyond the pixel, into bytes that are
 * written next. Rows have 16 bytes of room behind them.
 */

/** `from`: filtered bytes. `above`: the row before (zeros for the first). `step`: bytes of a pixel, at least 1. */
export function unfilter(filter: i32, from: usize, above: usize, to: usize, bytes: usize, step: usize): void {
  if (filter == 1) sub(from, to, bytes, step);
  else if (filter == 2) up(from, above, to, bytes);
  else if (filter == 3) average(from, above, to, bytes, step);
  else if (filter == 4) {
    if (step >= 3) paethWide(from, above, to, bytes, step);
    else paethNarrow(from, above, to, bytes, step);
  } else memory.copy(to, from, bytes);
}

function sub(from: usize, to: usize, bytes: usize, step: usize): void {
  if (step < 3) {
    for (let i: usize = 0; i < bytes; i++) {
      const left = i < step ? 0 : load<u8>(to + i - step);
      store<u8>(to + i, load<u8>(from + i) + left);
    }
    return;
  }
  let left = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += step) {
    left = i8x16.add(v128.load64_zero(from + i), left);
    v128.store64_lane(to + i, left, 0);
  }
}

function up(from: usize, above: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(to + i, i8x16.add(v128.load(from + i), v128.load(above + i)));
  }
}

function average(from: usize, above: usize, to: usize, bytes: usize, step: usize): void {
  if (step < 3) {
    for (let i: usize = 0; i < bytes; i++) {
      const left = i < step ? 0 : <u32>load<u8>(to + i - step);
      store<u8>(to + i, <u8>(<u32>load<u8>(from + i) + ((left + <u32>load<u8>(above + i)) >> 1)));
    }
    return;
  }
  const one = i8x16.splat(1);
  let left = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += step) {
    const b = v128.load64_zero(above + i);
    // avgr rounds up, the filter rounds down.
    const mean = i8x16.sub(i8x16.avgr_u(left, b), v128.and(v128.xor(left, b), one));
    left = i8x16.add(v128.load64_zero(from + i), mean);
    v128.store64_lane(to + i, left, 0);
  }
}

/** Paeth (9.4), in 16-bit lanes: the neighbour nearest to left + above - corner. At a tie left wins, then above. */
function paethWide(from: usize, above: usize, to: usize, bytes: usize, step: usize): void {
  const mask = i16x8.splat(255);
  let a = i64x2.splat(0);
  let c = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += step) {
    const b = i16x8.extend_low_i8x16_u(v128.load64_zero(above + i));
    const toA = i16x8.sub(b, c);
    const toB = i16x8.sub(a, c);
    const pa = i16x8.abs(toA);
    const pb = i16x8.abs(toB);
    const pc = i16x8.abs(i16x8.add(toA, toB));
    const near = i16x8.min_s(pa, i16x8.min_s(pb, pc));
    const guess = v128.bitselect(a, v128.bitselect(b, c, i16x8.eq(near, pb)), i16x8.eq(near, pa));
    a = v128.and(i16x8.add(i16x8.extend_low_i8x16_u(v128.load64_zero(from + i)), guess), mask);
    v128.store64_lane(to + i, i8x16.narrow_i16x8_u(a, a), 0);
    c = b;
  }
}

function paethNarrow(from: usize, above: usize, to: usize, bytes: usize, step: usize): void {
  for (let i: usize = 0; i < bytes; i++) {
    const a = i < step ? 0 : <i32>load<u8>(to + i - step);
    const b = <i32>load<u8>(above + i);
    const c = i < step ? 0 : <i32>load<u8>(above + i - step);
    const pa = abs(b - c);
    const pb = abs(a - c);
    const pc = abs(a + b - 2 * c);
    const guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    store<u8>(to + i, <u8>(<i32>load<u8>(from + i) + guess));
  }
}
