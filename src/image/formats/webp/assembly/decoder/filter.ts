/**
 * The loop filter across one edge, sixteen places at once (RFC 6386, section 15). The edge lies between two rows of 16
 * bytes: `p` is the address of the fourth row before it, `q` of the first row after it, rows are `stride` bytes apart.
 * Samples become signed by flipping their highest bit. Sums saturate, which is the clamping that the RFC asks for.
 */

@inline
function difference(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

@inline
function signed(v: v128): v128 {
  return v128.xor(v, i8x16.splat(-128));
}

/** |p0 - q0| * 2 + |p1 - q1| / 2 <= limit (15.2). */
@inline
function withinEdge(p1: v128, p0: v128, q0: v128, q1: v128, limit: v128): v128 {
  const near = difference(p0, q0);
  const far = i16x8.shr_u(v128.and(difference(p1, q1), i8x16.splat(-2)), 1);
  return i8x16.le_u(i8x16.add_sat_u(i8x16.add_sat_u(near, near), far), limit);
}

/** c(p1 - q1) where `outer`, and 3 * (q0 - p0). */
@inline
function slope(p1: v128, p0: v128, q0: v128, q1: v128, outer: v128): v128 {
  const step = i8x16.sub_sat_s(q0, p0);
  const sum = i8x16.add_sat_s(v128.and(i8x16.sub_sat_s(p1, q1), outer), step);
  return i8x16.add_sat_s(i8x16.add_sat_s(sum, step), step);
}

/** The simple filter: two samples change (15.2). */
export function simpleEdge(p: usize, q: usize, stride: usize, limit: i32): void {
  const p1 = v128.load(p + 2 * stride);
  const p0 = v128.load(p + 3 * stride);
  const q0 = v128.load(q);
  const q1 = v128.load(q + stride);
  const mask = withinEdge(p1, p0, q0, q1, i8x16.splat(<i8>limit));
  const a = v128.and(slope(signed(p1), signed(p0), signed(q0), signed(q1), i8x16.splat(-1)), mask);
  v128.store(q, signed(i8x16.sub_sat_s(signed(q0), i8x16.shr_s(i8x16.add_sat_s(a, i8x16.splat(4)), 3))));
  v128.store(p + 3 * stride, signed(i8x16.add_sat_s(signed(p0), i8x16.shr_s(i8x16.add_sat_s(a, i8x16.splat(3)), 3))));
}

/** (factor * a + 63) >> 7 of signed bytes. */
@inline
function share(a: v128, factor: i32): v128 {
  const round = i16x8.splat(63);
  const f = i16x8.splat(<i16>factor);
  const low = i16x8.shr_s(i16x8.add(i16x8.mul(i16x8.extend_low_i8x16_s(a), f), round), 7);
  const high = i16x8.shr_s(i16x8.add(i16x8.mul(i16x8.extend_high_i8x16_s(a), f), round), 7);
  return i8x16.narrow_i16x8_s(low, high);
}

/**
 * The normal filter (15.3). Between macroblocks six samples change, between subblocks four. Where the samples of one
 * side vary by more than `threshold`, two samples change.
 */
export function normalEdge(p: usize, q: usize, stride: usize, limit: i32, inner: i32, threshold: i32, outer: bool): void {
  const p3 = v128.load(p);
  let p2 = v128.load(p + stride);
  let p1 = v128.load(p + 2 * stride);
  let p0 = v128.load(p + 3 * stride);
  let q0 = v128.load(q);
  let q1 = v128.load(q + stride);
  let q2 = v128.load(q + 2 * stride);
  const q3 = v128.load(q + 3 * stride);
  const varies = i8x16.max_u(difference(p1, p0), difference(q1, q0));
  let most = i8x16.max_u(difference(p3, p2), difference(p2, p1));
  most = i8x16.max_u(most, i8x16.max_u(difference(q3, q2), difference(q2, q1)));
  let mask = i8x16.le_u(i8x16.max_u(most, varies), i8x16.splat(<i8>inner));
  mask = v128.and(mask, withinEdge(p1, p0, q0, q1, i8x16.splat(<i8>limit)));
  if (!v128.any_true(mask)) return;
  const high = i8x16.gt_u(varies, i8x16.splat(<i8>threshold));
  p1 = signed(p1);
  p0 = signed(p0);
  q0 = signed(q0);
  q1 = signed(q1);
  const a = v128.and(slope(p1, p0, q0, q1, outer ? i8x16.splat(-1) : high), mask);
  // Between macroblocks only the places that vary are filtered like this.
  const two = outer ? v128.and(a, high) : a;
  const down = i8x16.shr_s(i8x16.add_sat_s(two, i8x16.splat(4)), 3);
  q0 = i8x16.sub_sat_s(q0, down);
  p0 = i8x16.add_sat_s(p0, i8x16.shr_s(i8x16.add_sat_s(two, i8x16.splat(3)), 3));
  if (outer) {
    const six = v128.andnot(a, high);
    p2 = signed(p2);
    q2 = signed(q2);
    let by = share(six, 27);
    p0 = i8x16.add_sat_s(p0, by);
    q0 = i8x16.sub_sat_s(q0, by);
    by = share(six, 18);
    p1 = i8x16.add_sat_s(p1, by);
    q1 = i8x16.sub_sat_s(q1, by);
    by = share(six, 9);
    v128.store(p + stride, signed(i8x16.add_sat_s(p2, by)));
    v128.store(q + 2 * stride, signed(i8x16.sub_sat_s(q2, by)));
  } else {
    const by = v128.andnot(i8x16.shr_s(i8x16.add(down, i8x16.splat(1)), 1), high);
    p1 = i8x16.add_sat_s(p1, by);
    q1 = i8x16.sub_sat_s(q1, by);
  }
  v128.store(p + 2 * stride, signed(p1));
  v128.store(p + 3 * stride, signed(p0));
  v128.store(q, signed(q0));
  v128.store(q + stride, signed(q1));
}
