/** Modes of the subblocks: their tree, what they cost, and writing them (RFC 6386, 11.2 to 11.4). */
import { SUBMODES } from "../../decoder/submodes";
import { bitCost } from "./bitCosts";
import { put } from "./bool";

const MODES: i32 = 10;
/** The way to each mode through bmode_tree: 2 x node + bit for each step, 255 at the end; eight bytes a mode. */
const WAYS = memory.data<u8>([
  0, 255, 255, 255, 255, 255, 255, 255,
  1, 2, 255, 255, 255, 255, 255, 255,
  1, 3, 4, 255, 255, 255, 255, 255,
  1, 3, 5, 6, 8, 255, 255, 255,
  1, 3, 5, 7, 12, 255, 255, 255,
  1, 3, 5, 6, 9, 10, 255, 255,
  1, 3, 5, 6, 9, 11, 255, 255,
  1, 3, 5, 7, 13, 14, 255, 255,
  1, 3, 5, 7, 13, 15, 16, 255,
  1, 3, 5, 7, 13, 15, 17, 255,
]);
const WAY_BYTES: usize = 8;
const COSTS = memory.data(1000 * 2, 16);

@inline
function probabilitiesOf(above: i32, left: i32): usize {
  return SUBMODES + <usize>((above * MODES + left) * 9);
}

/** Costs of the ten modes (u16, 1/256 bit) where the neighbours have these. */
@inline
export function submodeCosts(above: i32, left: i32): usize {
  return COSTS + <usize>((above * MODES + left) * MODES * 2);
}

/** Fills the table of costs. They never change. */
export function makeSubmodeCosts(): void {
  for (let above = 0; above < MODES; above++) {
    for (let left = 0; left < MODES; left++) {
      const p = probabilitiesOf(above, left);
      for (let mode = 0; mode < MODES; mode++) {
        let cost = 0;
        for (let at = WAYS + <usize>mode * WAY_BYTES; load<u8>(at) != 255; at++) {
          const step = <i32>load<u8>(at);
          cost += bitCost(step & 1, load<u8>(p + <usize>(step >> 1)));
        }
        store<u16>(submodeCosts(above, left) + (<usize>mode << 1), cost);
      }
    }
  }
}

export function writeSubmode(mode: i32, above: i32, left: i32): void {
  const p = probabilitiesOf(above, left);
  for (let at = WAYS + <usize>mode * WAY_BYTES; load<u8>(at) != 255; at++) {
    const step = <i32>load<u8>(at);
    put(step & 1, load<u8>(p + <usize>(step >> 1)));
  }
}
