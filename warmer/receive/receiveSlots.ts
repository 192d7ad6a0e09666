/** Datagrams that are received by one system call. */
export const CALL_SLOTS = 64;

/** Datagrams received alone that are kept till they are told of together; libuv fetches no more in one go. */
export const SINGLE_SLOTS = 32;

/**
 * Bytes a datagram's slot holds: more than the longest that is taken, and an odd number of cache lines (23), so that
 * the heads of all slots do not fall onto the same few lines of the first-level cache.
 */
export const SLOT_BYTES = 1472;

/** All slots: first those of the system call, then the lone ones. */
export const SLOT_COUNT = CALL_SLOTS + SINGLE_SLOTS;

/** Bytes of all slots. */
export const SLOT_MEMORY_BYTES = SLOT_COUNT * SLOT_BYTES;
