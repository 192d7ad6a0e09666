/**
 * The codes of a DEFLATE block: fixed ones (RFC 1951 3.2.6), or ones that its header gives by their lengths (3.2.7).
 */
import { buildDistances, buildLiterals, buildTable, DISTANCES } from "./codes";
import { bits, refill, take } from "./state";

/** The order of the lengths of the code-length code (RFC 1951 3.2.7). */
const CODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** The code lengths from a block's header. */
const LENGTHS = memory.data(320);

/** The fixed codes (RFC 1951 3.2.6). */
export function buildFixed(): bool {
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  memory.fill(LENGTHS + 288, 5, 30);
  return buildLiterals(LENGTHS, 288) && buildDistances(LENGTHS + 288, 30);
}

/** Reads the lengths of both codes, which are coded themselves (RFC 1951 3.2.7). */
export function readDynamic(): bool {
  const literals = <i32>take(5) + 257;
  const distances = <i32>take(5) + 1;
  const codes = <i32>take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  memory.fill(LENGTHS, 0, 19);
  for (let i = 0; i < codes; i++) {
    refill();
    store<u8>(LENGTHS + load<u8>(CODE_ORDER + i), take(3));
  }
  // The code-length code has at most 7 bits, so the place of the distance table is large enough.
  if (!buildTable(LENGTHS, 19, DISTANCES, 7, 2)) return false;
  const total = literals + distances;
  let previous: u8 = 0;
  for (let i = 0; i < total; ) {
    refill();
    const entry = load<u32>(DISTANCES + (<usize>(bits & 127) << 2));
    if (entry == 0) return false;
    take(entry & 31);
    const symbol = <i32>(entry >>> 16);
    if (symbol < 16) {
      previous = <u8>symbol;
      store<u8>(LENGTHS + i++, previous);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    if (symbol > 16) previous = 0;
    const count = symbol == 16 ? <i32>take(2) + 3 : symbol == 17 ? <i32>take(3) + 3 : <i32>take(7) + 11;
    if (i + count > total) return false;
    memory.fill(LENGTHS + i, previous, count);
    i += count;
  }
  return buildLiterals(LENGTHS, literals) && buildDistances(LENGTHS + literals, distances);
}
