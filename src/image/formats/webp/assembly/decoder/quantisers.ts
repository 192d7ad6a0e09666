/** Dequantisation factors of the segments (RFC 6386, 9.6 and 14.1). */

export const DC = memory.data<u8>([
  4, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 17,
  18, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24, 25, 25, 26, 27, 28,
  29, 30, 31, 32, 33, 34, 35, 36, 37, 37, 38, 39, 40, 41, 42, 43,
  44, 45, 46, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58,
  59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
  75, 76, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89,
  91, 93, 95, 96, 98, 100, 101, 102, 104, 106, 108, 110, 112, 114, 116, 118,
  122, 124, 126, 128, 130, 132, 134, 136, 138, 140, 143, 145, 148, 151, 154, 157,
]);

export const AC = memory.data<u16>([
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
  20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
  36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
  52, 53, 54, 55, 56, 57, 58, 60, 62, 64, 66, 68, 70, 72, 74, 76,
  78, 80, 82, 84, 86, 88, 90, 92, 94, 96, 98, 100, 102, 104, 106, 108,
  110, 112, 114, 116, 119, 122, 125, 128, 131, 134, 137, 140, 143, 146, 149, 152,
  155, 158, 161, 164, 167, 170, 173, 177, 181, 185, 189, 193, 197, 201, 205, 209,
  213, 217, 221, 225, 229, 234, 239, 245, 249, 254, 259, 264, 269, 274, 279, 284,
]);

/**
 * The factors of one segment: one for the first coefficient and one for the others, for each of three kinds of block.
 */
@unmanaged
export class Quantiser {
  y1dc: i32;
  y1ac: i32;
  y2dc: i32;
  y2ac: i32;
  uvdc: i32;
  uvac: i32;
}

const QUANTISERS = memory.data(32 * 4, 16);

@inline
export function quantiser(segment: i32): Quantiser {
  return changetype<Quantiser>(QUANTISERS + (<usize>segment << 5));
}

@inline
function dc(index: i32, most: i32): i32 {
  return load<u8>(DC + <usize>max(0, min(most, index)));
}

@inline
function ac(index: i32): i32 {
  return load<u16>(AC + (<usize>max(0, min(127, index)) << 1));
}

/** Computes them from the segment's index and the frame's five deltas. */
export function setQuantiser(segment: i32, index: i32, y1dc: i32, y2dc: i32, y2ac: i32, uvdc: i32, uvac: i32): void {
  const q = quantiser(segment);
  q.y1dc = dc(index + y1dc, 127);
  q.y1ac = ac(index);
  q.y2dc = dc(index + y2dc, 127) * 2;
  q.y2ac = max(8, (ac(index + y2ac) * 155) / 100);
  q.uvdc = dc(index + uvdc, 117);
  q.uvac = ac(index + uvac);
}
