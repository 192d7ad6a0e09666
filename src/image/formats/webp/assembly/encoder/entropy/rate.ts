/** What the levels of a block cost, in 1/256 bit, from the probabilities at hand (RFC 6386, section 13). */
import { bitCost } from "./bitCosts";
import { nodesOf, SLOTS, slotOf } from "./probabilities";

/** Costs of levels 0..67 in each slot. They include the bit at the first node where that is coded. */
const LEVELS: usize = 68;
const TOP: i32 = 67;
const COSTS = memory.data(96 * 68 * 2, 16);

@inline
function costsOf(slot: i32): usize {
  return COSTS + <usize>slot * LEVELS * 2;
}

/** Cost of a level from 1 on with its sign, from the third node on (13.2). From 11 on it is an approximation. */
function levelCost(level: i32, p: usize): i32 {
  const sign = 256;
  if (level == 1) return sign + bitCost(0, load<u8>(p, 2));
  const some = sign + bitCost(1, load<u8>(p, 2));
  if (level <= 4) {
    const few = some + bitCost(0, load<u8>(p, 3));
    if (level == 2) return few + bitCost(0, load<u8>(p, 4));
    return few + bitCost(1, load<u8>(p, 4)) + bitCost(level == 4 ? 1 : 0, load<u8>(p, 5));
  }
  const more = some + bitCost(1, load<u8>(p, 3));
  if (level <= 10) {
    const small = more + bitCost(0, load<u8>(p, 6));
    if (level <= 6) return small + bitCost(0, load<u8>(p, 7)) + bitCost(level == 6 ? 1 : 0, 159);
    return small + bitCost(1, load<u8>(p, 7)) + bitCost(level >= 9 ? 1 : 0, 165) + bitCost(level & 1 ? 0 : 1, 145);
  }
  const large = more + bitCost(1, load<u8>(p, 6));
  if (level < 35) {
    const low = large + bitCost(0, load<u8>(p, 8));
    return level < 19 ? low + bitCost(0, load<u8>(p, 9)) + 3 * 256 : low + bitCost(1, load<u8>(p, 9)) + 4 * 250;
  }
  const high = large + bitCost(1, load<u8>(p, 8));
  return level < TOP ? high + bitCost(0, load<u8>(p, 10)) + 5 * 240 : high + bitCost(1, load<u8>(p, 10)) + 8 * 200;
}

/** Fills COSTS from the probabilities. */
export function makeRates(): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    const p = nodesOf(slot);
    const to = costsOf(slot);
    const goesOn = slot % 3 > 0 ? bitCost(1, load<u8>(p)) : 0;
    const some = goesOn + bitCost(1, load<u8>(p, 1));
    store<u16>(to, goesOn + bitCost(0, load<u8>(p, 1)));
    let level = 1;
    for (; level < 12; level++) store<u16>(to + (<usize>level << 1), some + levelCost(level, p));
    level = sameRates(to, level, 19, some + levelCost(12, p));
    level = sameRates(to, level, 35, some + levelCost(20, p));
    level = sameRates(to, level, TOP, some + levelCost(40, p));
    sameRates(to, level, TOP + 1, some + levelCost(100, p));
  }
}

function sameRates(to: usize, from: i32, end: i32, cost: i32): i32 {
  for (let level = from; level < end; level++) store<u16>(to + (<usize>level << 1), cost);
  return end;
}

/** Cost of a block: levels in zigzag order from `first` to `last` (below `first`: none), of block type `type`. */
export function blockCost(levels: usize, type: i32, first: i32, last: i32, context: i32): i32 {
  let slot = slotOf(type, first, context);
  const goesOn = load<u8>(nodesOf(slot));
  if (last < first) return bitCost(0, goesOn);
  // At the first place the bit at the first node is coded for context 0, too. COSTS does not include it.
  let cost = context == 0 ? bitCost(1, goesOn) : 0;
  for (let place = first; place <= last; place++) {
    const level = min(abs<i32>(load<i16>(levels + (<usize>place << 1))), TOP);
    cost += load<u16>(costsOf(slot) + (<usize>level << 1));
    slot = slotOf(type, place + 1, min(level, 2));
  }
  return last < 15 ? cost + bitCost(0, load<u8>(nodesOf(slot))) : cost;
}
