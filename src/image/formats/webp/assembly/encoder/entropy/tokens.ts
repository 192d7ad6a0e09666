/** Converts blocks to tokens (RFC 6386, 13.2) and gives the tokens of a macroblock to the boolean coder. */
import { BIT, FIXED, putTokens } from "./bool";
import { slotOf } from "./probabilities";
import { takeLevel } from "./store";

/** Of one macroblock: 400 levels of at most 18 tokens. */
const TOKENS = memory.data(400 * 18 * 2, 16);
let at: usize = TOKENS;

/** Probabilities of the extra bits of the categories, from the highest bit on, 0 at the end. */
const CATEGORY_3 = memory.data<u8>([173, 148, 140, 0]);
const CATEGORY_4 = memory.data<u8>([176, 155, 140, 135, 0]);
const CATEGORY_5 = memory.data<u8>([180, 157, 141, 134, 130, 0]);
const CATEGORY_6 = memory.data<u8>([254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129, 0]);

@inline
function add(bit: bool, node: i32): void {
  store<u16>(at, (bit ? BIT : 0) | <u32>node);
  at += 2;
}

@inline
function addFixed(bit: bool, probability: u32): void {
  store<u16>(at, (bit ? BIT : 0) | FIXED | probability);
  at += 2;
}

/** The bits of `rest` from `mask` on downwards. */
function addExtra(rest: i32, mask: i32, probabilities: usize): void {
  for (let p = probabilities; mask; mask >>= 1, p++) addFixed((rest & mask) != 0, load<u8>(p));
}

/** A level of five and more, at the nodes of its slot. */
function addLarge(level: i32, node: i32): void {
  add(true, node + 3);
  if (level <= 10) {
    add(false, node + 6);
    if (level <= 6) {
      add(false, node + 7);
      addFixed(level == 6, 159);
    } else {
      add(true, node + 7);
      addFixed(level >= 9, 165);
      addFixed((level & 1) == 0, 145);
    }
    return;
  }
  add(true, node + 6);
  if (level < 35) {
    add(false, node + 8);
    add(level >= 19, node + 9);
    if (level < 19) addExtra(level - 11, 4, CATEGORY_3);
    else addExtra(level - 19, 8, CATEGORY_4);
  } else {
    add(true, node + 8);
    add(level >= 67, node + 10);
    if (level < 67) addExtra(level - 35, 16, CATEGORY_5);
    else addExtra(level - 67, 1024, CATEGORY_6);
  }
}

/**
 * Adds a block. Takes its levels from the store. `first`: its first coded place. `last`: the place of its last level.
 */
export function addBlock(type: i32, first: i32, last: i32, context: i32): void {
  let node = slotOf(type, first, context) * 11;
  add(last >= first, node);
  // In a block of Y with a Y2, the first level is a zero that is not coded.
  if (first > 0 && last >= 0) takeLevel();
  for (let place = first; place <= last; ) {
    const signed = takeLevel();
    const level = abs<i32>(signed);
    place++;
    if (level == 0) {
      add(false, node + 1);
      node = slotOf(type, place, 0) * 11;
      continue;
    }
    add(true, node + 1);
    add(level > 1, node + 2);
    if (level >= 2) {
      if (level >= 5) {
        addLarge(level, node);
      } else {
        add(false, node + 3);
        add(level > 2, node + 4);
        if (level > 2) add(level == 4, node + 5);
      }
    }
    node = slotOf(type, place, min(level, 2)) * 11;
    addFixed(signed < 0, 128);
    if (place < 16) add(place <= last, node);
  }
}

/** Writes the tokens that were added. */
export function flushTokens(): void {
  putTokens(TOKENS, at);
  at = TOKENS;
}
