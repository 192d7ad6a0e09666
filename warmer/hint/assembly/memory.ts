/** Where everything lies. The room and the registers are shared with the driver, warmer/scan.ts. */

/** The driver's ROOM_BYTES, and the SLOT_BYTES each datagram of the room may have. */
const SLOT_BYTES: usize = 1472;
const ROOM_BYTES: usize = 96 * SLOT_BYTES;

/** More paths than fit into the largest datagram; the driver's MAX_PATHS_PER_LINE. */
export const MAX_PATHS: i32 = 350;

/** Scanning looks at 16 bytes at a time, so it may look (never step) behind the last slot. */
const MARGIN: usize = 64;

/** Fields of the hint read last: f64 time at 0, then i32 each. A start of 0 stands for a field that is absent. */
export const FIELDS: usize = (__heap_base + 63) & ~63;
export const COUNT: usize = FIELDS + 8;
export const PLACE_KIND: usize = FIELDS + 12;
export const PLACE_START: usize = FIELDS + 16;
export const PLACE_END: usize = FIELDS + 20;
export const FORMAT_START: usize = FIELDS + 24;
export const FORMAT_END: usize = FIELDS + 28;
export const SENDER_START: usize = FIELDS + 32;
export const SENDER_END: usize = FIELDS + 36;

/** i32 for each path: where it begins and ends, and the halves of its key. */
export const STARTS: usize = FIELDS + 64;
export const ENDS: usize = STARTS + 4 * <usize>MAX_PATHS;
export const LOWS: usize = ENDS + 4 * <usize>MAX_PATHS;
export const HIGHS: usize = LOWS + 4 * <usize>MAX_PATHS;

/** The datagrams, one after the other. */
export const ROOM: usize = (HIGHS + 4 * <usize>MAX_PATHS + 63) & ~63;

/** Paths of a line that was read another way are put here, to be hashed like the others; as large as a slot. */
export const TEXTS: usize = ROOM + ROOM_BYTES + MARGIN;
