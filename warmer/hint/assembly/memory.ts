/** The memory layout. Its driver, hintScanner.ts, shares the slot memory and the fields. */

/** Same as SLOT_BYTES and SLOT_MEMORY_BYTES of the driver. */
const SLOT_BYTES: usize = 1472;
const SLOT_MEMORY_BYTES: usize = 96 * SLOT_BYTES;

/** More paths than the largest datagram can hold. Same as MAX_PATHS_PER_LINE of the driver. */
export const MAX_PATHS: i32 = 350;

/** The scanner loads 16 bytes at a time, so it may read (but never advance) past the last slot. */
const MARGIN: usize = 64;

/**
 * Fields of the last scanned hint: the time as f64 at 0, then i32 each. A start of 0 means that the field is absent.
 */
export const FIELDS: usize = (__heap_base + 63) & ~63;
export const COUNT: usize = FIELDS + 8;
export const PLACE_KIND: usize = FIELDS + 12;
export const PLACE_START: usize = FIELDS + 16;
export const PLACE_END: usize = FIELDS + 20;
export const FORMAT_START: usize = FIELDS + 24;
export const FORMAT_END: usize = FIELDS + 28;
export const SENDER_START: usize = FIELDS + 32;
export const SENDER_END: usize = FIELDS + 36;

/** One i32 for each path: its start, its end, and the two halves of its key. */
export const STARTS: usize = FIELDS + 64;
export const ENDS: usize = STARTS + 4 * <usize>MAX_PATHS;
export const LOWS: usize = ENDS + 4 * <usize>MAX_PATHS;
export const HIGHS: usize = LOWS + 4 * <usize>MAX_PATHS;

/** The slots of the datagrams. */
export const SLOT_MEMORY: usize = (HIGHS + 4 * <usize>MAX_PATHS + 63) & ~63;

/** Paths of a line that JSON.parse read. They are copied here to be hashed like the others. As large as a slot. */
export const TEXTS: usize = SLOT_MEMORY + SLOT_MEMORY_BYTES + MARGIN;
