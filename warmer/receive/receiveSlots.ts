/** Datagrams that are received by one system call. */
export const SLOTS = 64;

/** Datagrams received alone that are kept till they are told of together; libuv fetches no more in one go. */
export const LONE_SLOTS = 32;

/**
 * Bytes a datagram's slot holds: more than the longest that is taken, and an odd number of cache lines (23), so that
 * the heads of all slots do not fall onto the same few lines of the first-level cache.
 */
export const SLOT_BYTES = 1472;

/** All slots: first those of the system call, then the lone ones. */
export const ALL_SLOTS = SLOTS + LONE_SLOTS;

/** Bytes of all slots. */
export const ROOM_BYTES = ALL_SLOTS * SLOT_BYTES;
