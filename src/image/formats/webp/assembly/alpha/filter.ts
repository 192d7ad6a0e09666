/** Prediction of alpha from its neighbours before it is compressed (RFC 9649, 2.7.1.2, field F of the ALPH chunk). */

export const NONE: i32 = 0;
export const HORIZONTAL: i32 = 1;
export const VERTICAL: i32 = 2;
export const GRADIENT: i32 = 3;

/**
 * Writes the differences of `width` x `height` samples to their prediction, modulo 256. May write 16 bytes too many.
 */
export function filterPlane(filter: i32, from: usize, to: usize, width: i32, height: i32): void {
  const stride = <usize>width;
  if (filter == NONE) {
    memory.copy(to, from, stride * <usize>height);
    return;
  }
  // The first row has nothing above it: each sample is predicted by the one before, the first by 0.
  store<u8>(to, load<u8>(from));
  alongRow(from, to, stride);
  for (let y = 1; y < height; y++) {
    from += stride;
    to += stride;
    if (filter == HORIZONTAL) alongRow(from, to, stride);
    else if (filter == VERTICAL) fromAbove(from, to, stride);
    else fromThree(from, to, stride);
    // The first column has nothing before it.
    store<u8>(to, load<u8>(from) - load<u8>(from - stride));
  }
}

@inline
function alongRow(from: usize, to: usize, width: usize): void {
  for (let x: usize = 1; x < width; x += 16) {
    v128.store(to + x, i8x16.sub(v128.load(from + x), v128.load(from + x - 1)));
  }
}

@inline
function fromAbove(from: usize, to: usize, width: usize): void {
  for (let x: usize = 0; x < width; x += 16) {
    v128.store(to + x, i8x16.sub(v128.load(from + x), v128.load(from + x - width)));
  }
}

/** Left + above - the corner between them, clamped to 0..255. */
@inline
function fromThree(from: usize, to: usize, width: usize): void {
  for (let x: usize = 1; x < width; x += 16) {
    const left = v128.load(from + x - 1);
    const above = v128.load(from + x - width);
    const corner = v128.load(from + x - width - 1);
    const low = i16x8.sub(
      i16x8.add(i16x8.extend_low_i8x16_u(left), i16x8.extend_low_i8x16_u(above)),
      i16x8.extend_low_i8x16_u(corner),
    );
    const high = i16x8.sub(
      i16x8.add(i16x8.extend_high_i8x16_u(left), i16x8.extend_high_i8x16_u(above)),
      i16x8.extend_high_i8x16_u(corner),
    );
    v128.store(to + x, i8x16.sub(v128.load(from + x), i8x16.narrow_i16x8_u(low, high)));
  }
}

/** The sum of the magnitudes of the differences. It is small for a filter that predicts well. */
export function sumOfMagnitudes(at: usize, count: i32): i64 {
  let sum: i64 = 0;
  const whole = count & ~15;
  for (let i = 0; i < whole; i += 16) {
    const pairs = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(i8x16.abs(v128.load(at + <usize>i))));
    sum +=
      i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1) +
      i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3);
  }
  for (let i = whole; i < count; i++) sum += abs<i32>(<i32>load<i8>(at + <usize>i));
  return sum;
}
