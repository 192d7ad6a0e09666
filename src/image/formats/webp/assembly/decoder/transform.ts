/** Inverse transforms (RFC 6386, section 14). A block's coefficients are cleared once they are used. */
import { WORK_STRIDE } from "./work";

/** sqrt(2) cos(pi/8) - 1 and sqrt(2) sin(pi/8), in 16 bits (14.3). */
const COS_1: i32 = 20091;
const SIN: i32 = 35468;

/** The second-order block Y2: its 16 values become the first coefficients of the 16 blocks of Y (14.3). */
export function inverseWalsh(block: usize, blocks: usize): void {
  const r0 = v128.load_ext<i16>(block);
  const r1 = v128.load_ext<i16>(block, 8);
  const r2 = v128.load_ext<i16>(block, 16);
  const r3 = v128.load_ext<i16>(block, 24);
  const a0 = i32x4.add(r0, r3);
  const a1 = i32x4.add(r1, r2);
  const a2 = i32x4.sub(r1, r2);
  const a3 = i32x4.sub(r0, r3);
  const t0 = i32x4.add(a0, a1);
  const t1 = i32x4.add(a3, a2);
  const t2 = i32x4.sub(a0, a1);
  const t3 = i32x4.sub(a3, a2);
  walshRow(t0, blocks);
  walshRow(t1, blocks + 128);
  walshRow(t2, blocks + 256);
  walshRow(t3, blocks + 384);
  v128.store(block, i64x2.splat(0));
  v128.store(block, i64x2.splat(0), 16);
}

@inline
function walshRow(row: v128, to: usize): void {
  const dc = i32x4.extract_lane(row, 0) + 3;
  const b = i32x4.extract_lane(row, 1);
  const c = i32x4.extract_lane(row, 2);
  const d = i32x4.extract_lane(row, 3);
  store<i16>(to, <i16>((dc + d + b + c) >> 3));
  store<i16>(to, <i16>((dc - d + b - c) >> 3), 32);
  store<i16>(to, <i16>((dc + d - b - c) >> 3), 64);
  store<i16>(to, <i16>((dc - d - b + c) >> 3), 96);
}

/** Times sqrt(2) cos(pi/8). The encoder reconstructs with the same arithmetic. */
@inline
export function byCos(v: v128): v128 {
  return i32x4.add(i32x4.shr_s(i32x4.mul(v, i32x4.splat(COS_1)), 16), v);
}

/** Times sqrt(2) sin(pi/8). */
@inline
export function bySin(v: v128): v128 {
  return i32x4.shr_s(i32x4.mul(v, i32x4.splat(SIN)), 16);
}

/** Adds to four samples of the work buffer, clamped. */
@inline
function addRow(to: usize, residue: v128): void {
  const sum = i16x8.add(i16x8.extend_low_i8x16_u(v128.load32_zero(to)), residue);
  v128.store32_lane(to, i8x16.narrow_i16x8_u(sum, sum), 0);
}

/** Transforms one block of 4 x 4 and adds it to the prediction at `to`. */
export function addBlock(block: usize, to: usize): void {
  const r0 = v128.load_ext<i16>(block);
  const r1 = v128.load_ext<i16>(block, 8);
  const r2 = v128.load_ext<i16>(block, 16);
  const r3 = v128.load_ext<i16>(block, 24);
  v128.store(block, i64x2.splat(0));
  v128.store(block, i64x2.splat(0), 16);
  // Down the columns.
  let a = i32x4.add(r0, r2);
  let b = i32x4.sub(r0, r2);
  let c = i32x4.sub(bySin(r1), byCos(r3));
  let d = i32x4.add(byCos(r1), bySin(r3));
  const t0 = i32x4.add(a, d);
  const t1 = i32x4.add(b, c);
  const t2 = i32x4.sub(b, c);
  const t3 = i32x4.sub(a, d);
  // Transposed; then along the rows.
  const u0 = v128.shuffle<u32>(t0, t1, 0, 4, 1, 5);
  const u1 = v128.shuffle<u32>(t0, t1, 2, 6, 3, 7);
  const u2 = v128.shuffle<u32>(t2, t3, 0, 4, 1, 5);
  const u3 = v128.shuffle<u32>(t2, t3, 2, 6, 3, 7);
  const c0 = i32x4.add(v128.shuffle<u64>(u0, u2, 0, 2), i32x4.splat(4));
  const c1 = v128.shuffle<u64>(u0, u2, 1, 3);
  const c2 = v128.shuffle<u64>(u1, u3, 0, 2);
  const c3 = v128.shuffle<u64>(u1, u3, 1, 3);
  a = i32x4.add(c0, c2);
  b = i32x4.sub(c0, c2);
  c = i32x4.sub(bySin(c1), byCos(c3));
  d = i32x4.add(byCos(c1), bySin(c3));
  // Columns 0 and 1, 2 and 3; transposed back.
  const d01 = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, d), 3), i32x4.shr_s(i32x4.add(b, c), 3));
  const d23 = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(b, c), 3), i32x4.shr_s(i32x4.sub(a, d), 3));
  const e01 = v128.shuffle<u16>(d01, d01, 0, 4, 1, 5, 2, 6, 3, 7);
  const e23 = v128.shuffle<u16>(d23, d23, 0, 4, 1, 5, 2, 6, 3, 7);
  const low = v128.shuffle<u32>(e01, e23, 0, 4, 1, 5);
  const high = v128.shuffle<u32>(e01, e23, 2, 6, 3, 7);
  addRow(to, low);
  addRow(to + WORK_STRIDE, v128.shuffle<u64>(low, low, 1, 1));
  addRow(to + 2 * WORK_STRIDE, high);
  addRow(to + 3 * WORK_STRIDE, v128.shuffle<u64>(high, high, 1, 1));
}

/** The same for a block that has only its first coefficient. */
export function addFirst(block: usize, to: usize): void {
  const residue = i16x8.splat(<i16>((<i32>load<i16>(block) + 4) >> 3));
  store<i16>(block, 0);
  addRow(to, residue);
  addRow(to + WORK_STRIDE, residue);
  addRow(to + 2 * WORK_STRIDE, residue);
  addRow(to + 3 * WORK_STRIDE, residue);
}
