/**
 * Probabilities of the coefficient tokens (RFC 6386, 13.4 and 13.5). Counts the tokens and derives the probabilities.
 * Both are laid out by block type, band, context and node of the token tree.
 */
import { DEFAULTS } from "../../decoder/coefficients";
import { UPDATES } from "../../decoder/updates";
import { bitCost } from "./bitCosts";
import { put, putNumber } from "./bool";

/** Slots are the 4 types x 8 bands x 3 contexts; each has 11 nodes. */
export const SLOTS: i32 = 96;
const NODES: usize = 11;
export const PROBABILITIES = memory.data(96 * 11 + 8, 16);

/** Band of a coefficient's place in zigzag order (13.3), and one more for the place after the last. */
const BANDS = memory.data<u8>([0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0]);

@inline
export function bandOf(place: i32): i32 {
  return load<u8>(BANDS + <usize>place);
}

@inline
export function slotOf(type: i32, place: i32, context: i32): i32 {
  return (type * 8 + bandOf(place)) * 3 + context;
}

@inline
export function nodesOf(slot: i32): usize {
  return PROBABILITIES + <usize>slot * NODES;
}

/** How often each kind of token occurred in each slot: sixteen counters a slot. */
const COUNTS = memory.data(96 * 64, 16);
/** Kinds of token: levels 0..4, 5 to 6, 7 to 10, from 11, 19, 35 and 67 on, and the end of a block. */
const KIND_OF_LEVEL = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8,
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 10,
]);
const TOP_LEVEL: i32 = 67;
const END: usize = 11;

@inline
function increment(slot: i32, kind: usize): void {
  const at = COUNTS + (<usize>slot << 6) + (kind << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Counts the tokens of a block: levels in zigzag order from `first` to `last` (below `first`: none). */
export function countBlock(levels: usize, type: i32, first: i32, last: i32, context: i32): void {
  let slot = slotOf(type, first, context);
  for (let place = first; place <= last; place++) {
    const level = min(abs<i32>(load<i16>(levels + (<usize>place << 1))), TOP_LEVEL);
    increment(slot, load<u8>(KIND_OF_LEVEL + <usize>level));
    slot = slotOf(type, place + 1, min(level, 2));
  }
  if (last < 15) increment(slot, END);
}

export function clearProbabilities(): void {
  memory.copy(PROBABILITIES, DEFAULTS, <usize>SLOTS * NODES);
  memory.fill(COUNTS, 0, <usize>SLOTS << 6);
}

/** How many tokens of a slot took 0 and 1 at each node of the token tree (13.2): eleven pairs of u32. */
const BRANCHES = memory.data(11 * 8, 8);

@inline
function setBranch(node: usize, zeros: u32, ones: u32): void {
  store<u32>(BRANCHES + (node << 3), zeros);
  store<u32>(BRANCHES + (node << 3), ones, 4);
}

/** Sums the counted tokens of a slot up to the branches they took. */
function countBranches(slot: i32): void {
  const at = COUNTS + (<usize>slot << 6);
  const zero = load<u32>(at), one = load<u32>(at, 4), two = load<u32>(at, 8), three = load<u32>(at, 12);
  const four = load<u32>(at, 16), from5 = load<u32>(at, 20), from7 = load<u32>(at, 24), from11 = load<u32>(at, 28);
  const from19 = load<u32>(at, 32), from35 = load<u32>(at, 36), from67 = load<u32>(at, 40), end = load<u32>(at, 44);
  const large = from11 + from19 + from35 + from67;
  const some = two + three + four + from5 + from7 + large;
  // A block cannot end after a zero, so no bit is coded at the first node there.
  if (endIsAsked(slot)) setBranch(0, end, zero + one + some);
  else setBranch(0, 0, 0);
  setBranch(1, zero, one + some);
  setBranch(2, one, some);
  setBranch(3, two + three + four, from5 + from7 + large);
  setBranch(4, two, three + four);
  setBranch(5, three, four);
  setBranch(6, from5 + from7, large);
  setBranch(7, from5, from7);
  setBranch(8, from11 + from19, from35 + from67);
  setBranch(9, from11, from19);
  setBranch(10, from35, from67);
}

/** Whether a bit is coded at the first node: not after a zero (context 0), except at the first place of a block. */
function endIsAsked(slot: i32): bool {
  const band = (slot / 3) & 7;
  return slot % 3 > 0 || band == (slot < 24 ? 1 : 0);
}

/** What a new probability costs in the header besides its flag, in 1/256 bit. */
const TOLD: i64 = 8 * 256;

@inline
function cost(zeros: i64, ones: i64, p: i32): i64 {
  return zeros * bitCost(0, p) + ones * bitCost(1, p);
}

/** Takes the counted probability where that saves more than it costs. `told`: writes it to the header, too (9.9). */
export function adapt(told: bool): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    countBranches(slot);
    for (let node: usize = 0; node < NODES; node++) {
      const at = <usize>slot * NODES + node;
      const zeros = <i64>load<u32>(BRANCHES + (node << 3));
      const ones = <i64>load<u32>(BRANCHES + (node << 3), 4);
      const flag = <i32>load<u8>(UPDATES + at);
      const old = <i32>load<u8>(DEFAULTS + at);
      const fresh = ones == 0 ? 255 : 255 - <i32>((255 * ones) / (zeros + ones));
      const stays = cost(zeros, ones, old) + bitCost(0, flag);
      const changes = cost(zeros, ones, fresh) + bitCost(1, flag) + TOLD < stays;
      store<u8>(PROBABILITIES + at, changes ? fresh : old);
      if (!told) continue;
      put(changes ? 1 : 0, flag);
      if (changes) putNumber(fresh, 8);
    }
  }
}
