/** Datagrams that are received by one system call. */
export const SLOTS = 64;

/** The slot after those: of a datagram that was received alone. */
export const LONE_SLOT = SLOTS;

/**
 * Bytes a datagram's slot holds: more than the longest that is taken, and an odd number of cache lines (23), so that
 * the heads of all slots do not fall onto the same few lines of the first-level cache.
 */
export const SLOT_BYTES = 1472;

/** Bytes of all slots. */
export const ROOM_BYTES = (SLOTS + 1) * SLOT_BYTES;
